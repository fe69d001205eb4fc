/** Runs what it is given one after the other: rounds and polls of one workspace write the same rows. */
export type OneAtATime = <T>(work: () => Promise<T>) => Promise<T>

export function createOneAtATime(): OneAtATime {
  let last: Promise<unknown> = Promise.resolve()
  return function oneAtATime(work) {
    const turn = last.then(work)
    // The next turn starts whether this one succeeded or not; its caller sees the failure.
    last = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn
  }
}
