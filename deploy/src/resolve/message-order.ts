import type { ResolvedMessage } from './read-resolved.ts'

/** Distinct messages in the order in which they first appeared, and what each came to. */
export class MessageOrder {
  readonly #answers = new Map<string, ResolvedMessage | undefined>()

  add(messageId: string): void {
    if (!this.#answers.has(messageId)) this.#answers.set(messageId, undefined)
  }

  async fill(pages: AsyncIterable<readonly ResolvedMessage[]>): Promise<void> {
    for await (const page of pages) {
      for (const answer of page)
        if (this.#answers.has(answer.messageId)) this.#answers.set(answer.messageId, answer)
    }
  }

  /** Throws when one has no answer: that would be a message lost. */
  *answers(): Generator<ResolvedMessage> {
    let lost = 0
    for (const answer of this.#answers.values()) {
      if (answer) yield answer
      else lost += 1
    }
    if (lost > 0) throw new Error(`${lost} messages were not resolved; this is a fault of the program`)
  }
}
