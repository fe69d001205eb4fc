import { isDeepStrictEqual } from 'node:util'
import { loadLinks, type StoredLink } from '../state/links.ts'
import { linkKey, loadRound, type RoundState, type Scope } from '../state/load-round.ts'
import { handKey, type Hand } from './in-hand.ts'
import { itemKey, type RoundItem } from './round-tasks.ts'
import { createKeysOf } from './subject-keys.ts'

export interface Taken {
  readonly items: readonly RoundItem[]
  /** What is known of them. */
  readonly state: RoundState
  /** Keys of items that were left out: another round has in hand what they need. */
  readonly held: ReadonlySet<string>
}

export const loadItems = (scope: Scope, items: readonly RoundItem[]): Promise<RoundState> =>
  loadRound(scope, { contactIds: idsOf(items, 'contact'), companyIds: idsOf(items, 'company') })

const idsOf = (items: readonly RoundItem[], kind: RoundItem['kind']): readonly string[] =>
  items.filter((item) => item.kind === kind).map((item) => item.id)

/** Loads what is known of a round's items, and keeps every other round away from what they may write to. */
export async function takeInHand(hand: Hand, scope: Scope, items: readonly RoundItem[]): Promise<Taken> {
  const free = items.filter(({ kind, id }) => hand.take([handKey(kind, id)]))
  const state = await loadItems(scope, free)
  const keysOf = createKeysOf(state)
  const taken = free.filter((item) => hand.take(keysOf(item)))
  const ids = new Set(taken.map(itemKey))
  return {
    ...keepItems({ items, state }, taken),
    held: new Set(items.map(itemKey).filter((key) => !ids.has(key))),
  }
}

/** Only some of the items, and of their people. */
export function keepItems<T extends Pick<Taken, 'items' | 'state'>>(all: T, items: readonly RoundItem[]): T {
  if (items.length === all.items.length) return all
  const ids = new Set(items.map(itemKey))
  const people = all.state.people.filter(({ contactId }) =>
    ids.has(itemKey({ kind: 'contact', id: contactId })),
  )
  return { ...all, items, state: { ...all.state, people } }
}

/** Links of people and companies that a poll took over since they were loaded: what it saw is newer. By link key. */
export async function findOvertaken(
  { warehouse, ws }: Scope,
  { links }: RoundState,
): Promise<ReadonlySet<string>> {
  const known = [...links.values()]
  const reload = (kind: 'contact' | 'company') =>
    loadLinks(warehouse, ws, {
      kind,
      ids: known.filter((link) => link.kind === kind).map(({ id }) => id),
    })
  const now = await Promise.all([reload('contact'), reload('company')])
  return new Set(
    now
      .flatMap((reloaded) => [...reloaded.values()])
      .filter((link) => isOvertaken(links.get(linkKey(link)), link))
      .map(linkKey),
  )
}

const isOvertaken = (known: StoredLink | undefined, now: StoredLink): boolean =>
  known?.version !== now.version && !(known && isSettled(known, now))

/** The people of a company were looked at meanwhile, and nothing else happened to its link. */
const isSettled = (known: StoredLink, now: StoredLink): boolean =>
  now.kind === 'company' &&
  known.status === 'stale' &&
  isDeepStrictEqual({ ...known, status: 'linked', version: now.version }, now)
