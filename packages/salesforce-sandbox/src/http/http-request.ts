import type { IncomingHttpHeaders } from 'node:http'

/** One request, body read. */
export interface HttpRequest {
  readonly method: string
  /** Path and query as sent. */
  readonly target: string
  /** Path without query. */
  readonly path: string
  /** Path segments, each decoded once. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The body as it came: a zip is not text. */
  readonly bytes: Buffer
}

/** Undefined when the path cannot be decoded. */
export function parseRequest(raw: {
  readonly method: string
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
}): HttpRequest | undefined {
  const cut = raw.target.indexOf('?')
  const path = cut === -1 ? raw.target : raw.target.slice(0, cut)
  try {
    const segments = path.split('/').filter(Boolean).map(decodeURIComponent)
    const query = new URLSearchParams(cut === -1 ? '' : raw.target.slice(cut + 1))
    return { ...raw, path, segments, query, body: raw.bytes.toString('utf8') }
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

export function headerOf(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** `client=acme, defaultNamespace=x` in a Sforce- header, by lower-case name. */
export function readOptions(request: HttpRequest, header: string): ReadonlyMap<string, string> {
  const parts = (headerOf(request, header) ?? '').split(/[,;]/)
  return new Map(
    parts.flatMap((part) => {
      const [name, value] = part.split('=')
      return value === undefined || name === undefined
        ? []
        : [[name.trim().toLowerCase(), value.trim()] as const]
    }),
  )
}
