/** A refusal in ClickHouse's own terms: code, name and text. */
export class ClickHouseException extends Error {
  override readonly name = 'ClickHouseException'
  readonly code: number
  constructor(code: number, label: string, message: string) {
    super(`Code: ${code}. DB::Exception: ${message}. (${label})`)
    this.code = code
  }
}

/** UNKNOWN_EXCEPTION: what failed did not say which error it was. */
const UNKNOWN = 1002

export interface ErrorAnswer {
  readonly status: number
  readonly code: number
  readonly text: string
}

/** Status, code and text as ClickHouse's HTTP interface gives them. */
export function toErrorAnswer(error: unknown, version: string): ErrorAnswer {
  const message = (error instanceof Error ? error.message : String(error)).replace(/^Query failed: /, '')
  const code = Number(/^Code: (\d+)/.exec(message)?.[1] ?? UNKNOWN)
  const text =
    code === UNKNOWN && !message.startsWith('Code:')
      ? `Code: ${code}. DB::Exception: ${message}. (UNKNOWN_EXCEPTION)`
      : message.trim()
  return { status: STATUS.get(code) ?? 500, code, text: `${text} (version ${version})` }
}

const STATUS: ReadonlyMap<number, number> = new Map([
  ...[6, 26, 27, 36, 38, 41, 53, 62, 72, 117, 386, 456, 457].map((code) => [code, 400] as const),
  ...[46, 47, 60, 81].map((code) => [code, 404] as const),
  [48, 501],
  [158, 408],
  [159, 408],
  [164, 403],
  [202, 503],
  [307, 413],
  [373, 409],
  [497, 403],
  [516, 401],
])
