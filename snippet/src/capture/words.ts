/** A setting as a list of words; an empty one where it only says that a capture is on. */
export const toWords = (setting: unknown): readonly string[] =>
  typeof setting === 'string' ? (setting.match(/[^\s,]+/g) ?? []).filter((word) => word !== 'true') : []
