/** Decoders answer with a value or a reason; they never throw. */
export type Decoded<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }

export const decoded = <T>(value: T): Decoded<T> => ({ ok: true, value })
export const undecodable = (reason: string): Decoded<never> => ({ ok: false, reason })
