import type { StreamValue } from '@leadline/stream'

/**
 * A value as it waits in the spool: its key, which readers of a log are not told, as JSON text, a tab, and its bytes.
 * JSON text has no raw tab, so the first one is the border.
 */
export const toSpoolValue = ({ key, value }: StreamValue): StreamValue => ({
  key,
  value:
    typeof value === 'string'
      ? `${JSON.stringify(key)}\t${value}`
      : Buffer.concat([Buffer.from(`${JSON.stringify(key)}\t`), value]),
})

const TAB = 9

/** Throws on what `toSpoolValue` did not make. */
export function fromSpoolValue(line: Buffer): StreamValue {
  const border = line.indexOf(TAB)
  const key: unknown = JSON.parse(line.toString('utf8', 0, border))
  if (typeof key !== 'string') throw new Error('a value of the spool has no key: the spool is damaged')
  return { key, value: line.subarray(border + 1) }
}
