/** 128 random bits as digits. `crypto.randomUUID` is missing on plain http pages. */
export const randomId = (): string => crypto.getRandomValues(new Uint32Array(4)).join('')
