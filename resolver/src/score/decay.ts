/** Points that hold at a time and halve every half-life from then on. */
export interface Score {
  readonly value: number
  readonly atMs: number
}

/** Points later; a half-life of 0 keeps them for ever. */
export const decay = (points: number, elapsedMs: number, halfLifeS: number): number =>
  halfLifeS === 0 ? points : points * 2 ** (-elapsedMs / 1000 / halfLifeS)

/** The scores of several leads as one, at the latest of their times. Whole thousandths are added: their order is nothing. */
export function sumScores(scores: readonly Score[], halfLifeS: number): Score | undefined {
  if (scores.length === 0) return undefined
  const atMs = scores.reduce((latest, score) => Math.max(latest, score.atMs), Number.NEGATIVE_INFINITY)
  const thousandths = scores.reduce(
    (sum, score) => sum + Math.round(1000 * decay(score.value, atMs - score.atMs, halfLifeS)),
    0,
  )
  return { value: thousandths / 1000, atMs }
}
