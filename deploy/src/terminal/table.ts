/** Rows of two columns: labels to the left, values aligned. */
export function formatPairs(pairs: readonly (readonly [label: string, value: string])[]): string {
  const width = Math.max(0, ...pairs.map(([label]) => label.length))
  return pairs.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`).join('\n')
}

export const formatCount = (count: number): string => count.toLocaleString('en-US')

export const formatSeconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 9_950 ? 1 : 0)} s`
