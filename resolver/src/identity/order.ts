/** Comparisons for sorting that do not depend on a locale, and in which infinities are equal to themselves. */
export const compareNumbers = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
