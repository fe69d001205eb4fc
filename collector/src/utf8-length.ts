const encoder = new TextEncoder()

export const utf8Length = (text: string): number => encoder.encode(text).length

/** Whether a text takes more than so many bytes in UTF-8; counted only when its length leaves a doubt. */
export function isLongerThan(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true
  return text.length * 3 > maxBytes && utf8Length(text) > maxBytes
}
