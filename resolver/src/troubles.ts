import { describeError } from '@leadline/runtime'

/** Batches that fail again and again, by stage: what holds a stage up, for whoever asks how things are. */
export class Troubles {
  readonly #stages = new Map<string, { readonly attempt: number; readonly reason: string }>()

  note(stage: string, attempt: number, error: unknown): void {
    this.#stages.set(stage, { attempt, reason: describeError(error) })
  }

  clear(stage: string): void {
    this.#stages.delete(stage)
  }

  /** One line for each stage whose batch has failed this often; a first failure may be a passing one. */
  describe(leastAttempts = 3): readonly string[] {
    return [...this.#stages]
      .filter(([, { attempt }]) => attempt >= leastAttempts)
      .map(
        ([stage, { attempt, reason }]) =>
          `${stage}: a batch failed ${attempt} times and is tried again: ${reason}`,
      )
  }
}
