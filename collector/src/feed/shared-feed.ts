import type { Feed, FeedEntry, Sighting, Watcher, Watching } from './feed.ts'
import { createRing, type Ring } from './ring.ts'

/** The other processes of the same collector. */
export interface FeedLink {
  /** Tells them in which workspaces somebody looks on here. */
  watching(workspaces: readonly number[]): void
  /** Hands them what came here, for those who look on there. */
  tell(entries: readonly FeedEntry[]): void
}

export interface SharedFeed extends Feed {
  /** Workspaces in which somebody looks on in another process; all of them each time. */
  watchedElsewhere(workspaces: readonly number[]): void
  /** What came to another process. */
  seenElsewhere(entries: readonly FeedEntry[]): void
}

/** Entries of other processes that are remembered of a workspace while somebody looks on. */
const REMEMBERED = 50

interface Watched {
  readonly watchers: Set<Watcher>
  readonly foreign: Ring<FeedEntry>
}

/**
 * One feed out of those of several processes. Where somebody looks on elsewhere, this process looks on for them: what it
 * remembers and what comes goes over the link, bounded as it is for anyone who watches. Where nobody does, nothing goes.
 */
export const createSharedFeed = (feed: Feed, link: FeedLink): SharedFeed => new PartOfFeed(feed, link)

class PartOfFeed implements SharedFeed {
  readonly #feed: Feed
  readonly #link: FeedLink
  readonly #here = new Map<number, Watched>()
  /** What ends looking on for others, by workspace. */
  readonly #elsewhere = new Map<number, () => void>()

  constructor(feed: Feed, link: FeedLink) {
    this.#feed = feed
    this.#link = link
  }

  see(...request: Parameters<Feed['see']>): Sighting {
    return this.#feed.see(...request)
  }

  show(sighting: Sighting): void {
    this.#feed.show(sighting)
  }

  recordRefusal(...refused: Parameters<Feed['recordRefusal']>): void {
    this.#feed.recordRefusal(...refused)
  }

  close(): void {
    this.#feed.close()
  }

  watch(workspace: number, watcher: Watcher): Watching | undefined {
    const watching = this.#feed.watch(workspace, watcher)
    if (watching === undefined) return undefined
    const recent = [...watching.recent, ...this.#join(workspace, watcher)]
    return {
      recent: recent.toSorted((a, b) => (a.at < b.at ? -1 : 1)),
      stop: () => {
        watching.stop()
        this.#leave(workspace, watcher)
      },
    }
  }

  watchedElsewhere(workspaces: readonly number[]): void {
    for (const [workspace, stop] of this.#elsewhere) {
      if (workspaces.includes(workspace)) continue
      stop()
      this.#elsewhere.delete(workspace)
    }
    for (const workspace of workspaces) if (!this.#elsewhere.has(workspace)) this.#lookOnFor(workspace)
  }

  seenElsewhere(entries: readonly FeedEntry[]): void {
    for (const entry of entries) {
      const watched = this.#here.get(entry.workspace)
      watched?.foreign.push(entry)
      for (const watcher of watched?.watchers ?? []) watcher.tell(entry)
    }
  }

  #join(workspace: number, watcher: Watcher): readonly FeedEntry[] {
    const known = this.#here.get(workspace)
    const watched = known ?? { watchers: new Set(), foreign: createRing<FeedEntry>(REMEMBERED) }
    watched.watchers.add(watcher)
    this.#here.set(workspace, watched)
    if (known === undefined) this.#link.watching([...this.#here.keys()])
    return watched.foreign.items()
  }

  #leave(workspace: number, watcher: Watcher): void {
    const watched = this.#here.get(workspace)
    watched?.watchers.delete(watcher)
    if (watched?.watchers.size !== 0) return
    this.#here.delete(workspace)
    this.#link.watching([...this.#here.keys()])
  }

  #lookOnFor(workspace: number): void {
    const tell = (entry: FeedEntry): void => this.#link.tell([entry])
    const watching = this.#feed.watch(workspace, { tell, end: () => undefined })
    if (watching === undefined) return
    this.#elsewhere.set(workspace, watching.stop)
    if (watching.recent.length > 0) this.#link.tell(watching.recent)
  }
}
