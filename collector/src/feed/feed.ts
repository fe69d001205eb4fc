import type { Refusal } from '@leadline/contract'
import type { Acceptance } from '../accept.ts'
import type { WireRequest, WireRequestEvent } from '../dialects/dialect.ts'
import type { Key } from '../keys.ts'
import { createRing, type Ring } from './ring.ts'

/** One event as a debugger shows it. */
export interface FeedEntry {
  readonly at: string
  readonly workspace: number
  /** Name of the key. */
  readonly source: string
  /** Absent where a whole request was refused; `path` says then where it was sent. */
  readonly dialect?: string | undefined
  readonly path?: string | undefined
  readonly type?: string | undefined
  /** The event's own JSON, cut. */
  readonly event: string
  /** Why it was refused; absent when it was stored. */
  readonly refused?: { readonly code: string; readonly field?: string | undefined; readonly message: string }
}

/** One who looks on. */
export interface Watcher {
  tell(entry: FeedEntry): void
  /** There will be no more. */
  end(): void
}

export interface Watching {
  readonly recent: readonly FeedEntry[]
  readonly stop: () => void
}

/** What may be shown of a request once it is stored. */
export interface Sighting {
  readonly key: Key
  readonly entries: readonly FeedEntry[]
}

export interface Feed {
  /** Copies what will be shown, so that the request itself need not be kept until it is stored. */
  see(request: WireRequest, acceptance: Acceptance): Sighting
  show(sighting: Sighting): void
  /** A request of which nothing was read or taken. */
  recordRefusal(key: Key, path: string, refusal: Refusal): void
  /** What is remembered of a workspace, oldest first, and from then on each entry until `stop`. Undefined when full. */
  watch(workspace: number, watcher: Watcher): Watching | undefined
  /** Ends it for all who watch: a server cannot close while they do. */
  close(): void
}

/** Watchers at once, of all workspaces. */
const MAX_WATCHERS = 50
/** Entries of a key that are remembered, and most characters of an event in them: 200 KB a key. */
const REMEMBERED = 50
const MAX_TEXT_LENGTH = 2000
/** While nobody watches, events a second of a key that are remembered: enough to have something to show. */
const UNWATCHED_PER_SECOND = 10
/** For all who watch together. Beyond it a person reads nothing, and copying would cost the events their speed. */
const WATCHED_PER_SECOND = 200

const NONE: readonly FeedEntry[] = []

interface KeyFeed {
  readonly ring: Ring<FeedEntry>
  second: number
  recorded: number
}

/** Remembers the last events of each key for people who look. Bounded in memory and in what it costs a second. */
export function createFeed(now: () => Date): Feed {
  const keys = new Map<Key, KeyFeed>()
  const watchers = new Map<number, Set<Watcher>>()
  const feedOf = (key: Key): KeyFeed => {
    const known = keys.get(key)
    if (known !== undefined) return known
    const made = { ring: createRing<FeedEntry>(REMEMBERED), second: 0, recorded: 0 }
    keys.set(key, made)
    return made
  }
  /** Of so many entries of a key, as many as may still be made in this second. */
  const take = (key: Key, wanted: number): number => {
    const feed = feedOf(key)
    const perSecond = watchers.has(key.workspace) ? WATCHED_PER_SECOND : UNWATCHED_PER_SECOND
    const taken = Math.min(wanted, allowanceOf(feed, now(), perSecond))
    feed.recorded += taken
    return taken
  }
  const show = ({ key, entries }: Sighting): void => {
    for (const entry of entries) {
      feedOf(key).ring.push(entry)
      for (const watcher of watchers.get(key.workspace) ?? []) watcher.tell(entry)
    }
  }
  return {
    see(request, acceptance) {
      const { key } = acceptance
      const taken = take(key, request.events.length)
      if (taken === 0) return { key, entries: NONE }
      const entries = request.events
        .slice(0, taken)
        .map((event, index) => toEntry({ event, index, at: now(), request, acceptance }))
      return { key, entries }
    },
    show,
    recordRefusal(key, path, refusal) {
      if (take(key, 1) === 1) show({ key, entries: [toRefusedEntry(key, path, { at: now(), refusal })] })
    },
    watch(workspace, watcher) {
      const count = [...watchers.values()].reduce((sum, { size }) => sum + size, 0)
      if (count >= MAX_WATCHERS) return undefined
      const watching = watchers.get(workspace) ?? new Set()
      watchers.set(workspace, watching.add(watcher))
      return { recent: recall(keys.values(), workspace), stop: () => leave(watchers, workspace, watcher) }
    },
    close() {
      for (const watching of watchers.values()) for (const watcher of watching) watcher.end()
      watchers.clear()
    },
  }
}

function recall(feeds: Iterable<KeyFeed>, workspace: number): readonly FeedEntry[] {
  const entries = [...feeds].flatMap(({ ring }) => ring.items())
  return entries.filter((entry) => entry.workspace === workspace).toSorted((a, b) => (a.at < b.at ? -1 : 1))
}

function leave(watchers: Map<number, Set<Watcher>>, workspace: number, watcher: Watcher): void {
  const watching = watchers.get(workspace)
  watching?.delete(watcher)
  if (watching?.size === 0) watchers.delete(workspace)
}

/** Events that may still be recorded in this second. */
function allowanceOf(feed: KeyFeed, at: Date, perSecond: number): number {
  const second = Math.floor(at.getTime() / 1000)
  if (second !== feed.second) {
    feed.second = second
    feed.recorded = 0
  }
  return Math.max(0, perSecond - feed.recorded)
}

interface EntryParts {
  readonly event: WireRequestEvent
  readonly index: number
  readonly at: Date
  readonly request: WireRequest
  readonly acceptance: Acceptance
}

function toEntry({ event, index, at, request, acceptance }: EntryParts): FeedEntry {
  const { key, rejected } = acceptance
  const refusal = rejected.find((candidate) => candidate.index === index)
  return {
    at: at.toISOString(),
    workspace: key.workspace,
    source: key.name,
    dialect: request.dialect,
    type: request.single?.type,
    event: copy(event.text),
    ...(refusal && { refused: { code: refusal.code, field: refusal.field, message: refusal.message } }),
  }
}

function toRefusedEntry(key: Key, path: string, { at, refusal }: { at: Date; refusal: Refusal }): FeedEntry {
  const { code, field, message } = refusal
  const refused = { code, field, message }
  return { at: at.toISOString(), workspace: key.workspace, source: key.name, path, event: '', refused }
}

/** A piece of a text keeps the whole of it in memory; these pieces outlive their request. */
const copy = (text: string): string => Buffer.from(text.slice(0, MAX_TEXT_LENGTH)).toString('utf8')
