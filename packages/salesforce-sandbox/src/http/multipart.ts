/** One part of a multipart/form-data body. */
export interface Part {
  readonly name: string
  readonly bytes: Buffer
}

/** Undefined when the body is not what its content type says. */
export function parseMultipart(contentType: string, body: Buffer): readonly Part[] | undefined {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) return undefined
  const marker = Buffer.from(`--${boundary}`)
  const parts: Part[] = []
  let at = body.indexOf(marker)
  for (;;) {
    const next = body.indexOf(marker, at + marker.length)
    if (at === -1 || next === -1) return parts
    const part = parsePart(body.subarray(at + marker.length, next))
    if (part) parts.push(part)
    at = next
  }
}

const BLANK_LINE = Buffer.from('\r\n\r\n')

function parsePart(raw: Buffer): Part | undefined {
  const split = raw.indexOf(BLANK_LINE)
  const name = /name="([^"]*)"/.exec(raw.subarray(0, split).toString('utf8'))?.[1]
  if (split === -1 || name === undefined) return undefined
  // Before the next boundary stands a line end that is not the part's.
  return { name, bytes: raw.subarray(split + BLANK_LINE.length, raw.length - 2) }
}
