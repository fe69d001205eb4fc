/** Salesforce record ids: 3 of key prefix, 3 of instance, 9 of counter; the 18-character form adds a case checksum. */

const BASE_62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const CHECKSUM_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'
const INSTANCE = '000'
const COUNTER_DIGITS = 9

/** The 18-character id of the n-th record under a key prefix. */
export function buildRecordId(prefix: string, count: number): string {
  let digits = ''
  for (let rest = count; digits.length < COUNTER_DIGITS; rest = Math.floor(rest / 62)) {
    digits = BASE_62.charAt(rest % 62) + digits
  }
  const id15 = `${prefix}${INSTANCE}${digits}`
  return id15 + checksumOf(id15)
}

/** 15 or 18 characters in, 18 out; undefined when it is not an id (wrong length, characters or checksum). */
export function toRecordId(text: string): string | undefined {
  if (!/^[0-9A-Za-z]{15}([A-Z0-5]{3})?$/i.test(text)) return undefined
  const id15 = text.slice(0, 15)
  const id18 = id15 + checksumOf(id15)
  return text.length === 15 || text === id18 ? id18 : undefined
}

/** For each group of five characters: bit i is set when character i is an upper-case letter. */
function checksumOf(id15: string): string {
  return [0, 5, 10]
    .map((start) => {
      const bits = [0, 1, 2, 3, 4].map((i) => (/[A-Z]/.test(id15.charAt(start + i)) ? 1 << i : 0))
      return CHECKSUM_ALPHABET.charAt(bits.reduce((sum, bit) => sum + bit, 0))
    })
    .join('')
}
