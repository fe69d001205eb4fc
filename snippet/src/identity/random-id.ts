/** 128 random bits as text. `crypto.randomUUID` is missing on plain http pages. */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('')
