import { createHash } from 'node:crypto'

/**
 * The external id of a subject whose first one stands on a record that another subject took over. Always the same
 * for one subject, so that a repeated create finds what an earlier one made.
 */
export function nextExternalId(id: string): string {
  const hex = createHash('sha256').update(`leadline:second:${id}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}
