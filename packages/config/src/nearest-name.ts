/** The candidate that was most likely meant, or undefined when none is close. Upper and lower case count as equal. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase()
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  if (!best) return undefined
  const tolerance = Math.max(1, Math.floor(Math.max(wanted.length, best.candidate.length) / 3))
  return best.distance <= tolerance ? best.candidate : undefined
}

/** Insertions, deletions and replacements that turn one text into the other; a swap of neighbours counts as one. */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    rows.push(current)
    for (let column = 1; column <= to.length; column += 1) {
      const changed = at(row - 1, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1)
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      const swapped = isSwap ? at(row - 2, column - 2) + 1 : Infinity
      current.push(Math.min(at(row, column - 1) + 1, at(row - 1, column) + 1, changed, swapped))
    }
  }
  return at(from.length, to.length)
}
