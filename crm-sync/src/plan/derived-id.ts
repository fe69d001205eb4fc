import { createHash } from 'node:crypto'

/** Always the same id, in the form of a UUID, for what has none of its own: a day of a person, say. */
export function deriveId(...parts: readonly string[]): string {
  const hex = createHash('sha256')
    .update(['leadline', ...parts].join(':'))
    .digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}
