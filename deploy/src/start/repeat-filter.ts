/** How long the same line is not shown again. */
const QUIET_MS = 10_000

/**
 * A part that cannot reach something says so at each try. The terminal shows the first line of each kind, then one after
 * each quiet span with the number that was left out; the part's log has them all.
 */
export class RepeatFilter {
  readonly #shown = new Map<string, { atMs: number; leftOut: number }>()

  /** The text to show at this time, or undefined for none. `kind` tells which lines are the same. */
  pass(kind: string, text: string, nowMs: number): string | undefined {
    const last = this.#shown.get(kind)
    if (last && nowMs - last.atMs < QUIET_MS) {
      last.leftOut += 1
      return undefined
    }
    this.#shown.set(kind, { atMs: nowMs, leftOut: 0 })
    return last && last.leftOut > 0 ? `${text} [and ${last.leftOut} more like it]` : text
  }
}
