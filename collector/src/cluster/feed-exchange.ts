import type { FeedEntry } from '../feed/feed.ts'

/** A process whose feed is part of the whole. */
export interface FeedMember {
  /** Where somebody looks on in other processes. */
  tellWatched(workspaces: readonly number[]): void
  tellEntries(entries: readonly FeedEntry[]): void
}

/** Passes entries of the feed on from process to process: to where somebody watches their workspace. */
export class FeedExchange {
  readonly #watching = new Map<FeedMember, ReadonlySet<number>>()

  join(member: FeedMember): void {
    this.#watching.set(member, new Set())
    this.#announce()
  }

  leave(member: FeedMember): void {
    this.#watching.delete(member)
    this.#announce()
  }

  watching(member: FeedMember, workspaces: readonly number[]): void {
    // One that has left may still have had a word on its way.
    if (!this.#watching.has(member)) return
    this.#watching.set(member, new Set(workspaces))
    this.#announce()
  }

  pass(from: FeedMember, entries: readonly FeedEntry[]): void {
    for (const [member, watched] of this.#watching) {
      const wanted = member === from ? [] : entries.filter(({ workspace }) => watched.has(workspace))
      if (wanted.length > 0) member.tellEntries(wanted)
    }
  }

  #announce(): void {
    for (const member of this.#watching.keys()) {
      const others = [...this.#watching].filter(([other]) => other !== member)
      member.tellWatched([...new Set(others.flatMap(([, watched]) => [...watched]))])
    }
  }
}
