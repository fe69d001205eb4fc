import type { Org } from '../org.ts'
import type { Change } from '../store/record-store.ts'
import type { VersionEvent } from '../store/stored-record.ts'

/** Children that a merge moves, and what leaves the bin, are told to nobody. */
const CHANGE_TYPES: Readonly<Partial<Record<VersionEvent, string>>> = {
  create: 'CREATE',
  update: 'UPDATE',
  delete: 'DELETE',
  undelete: 'UNDELETE',
}

const RETENTION_MS = 72 * 3_600_000

/** Turns what has been committed since the last time into change events. */
export function publishChanges(org: Org): void {
  const changes = org.store.changes()
  const winners = new Set(changes.map(({ after }) => after.values['MasterRecordId'] ?? null))
  const told = changes.filter((change) => isTold(org, change, winners))
  if (told.length === 0) return
  const expiredId = org.events.expire(org.clock.nowMs() - RETENTION_MS)
  if (expiredId !== undefined) org.state.set('cdc:floor', String(expiredId))
  const transactions = Map.groupBy(told, ({ transaction }) => transaction)
  for (const changes of transactions.values()) publishTransaction(org, changes)
}

/** A save that changes nothing is told when a flow made it, or when it ends a merge. */
function isTold(org: Org, { after, version }: Change, winners: ReadonlySet<unknown>): boolean {
  const changesNothing = version.event === 'update' && Object.keys(version.changes).length === 0
  if (changesNothing && version.via !== 'flow' && !winners.has(after.id)) return false
  const object = org.schema.object(after.object)
  // Nobody is told of what an org starts with, nor of what is written past the rules.
  if (version.via === 'setup' || version.via === 'raw') return false
  const isSelected = org.settings.features.cdcEntities.includes(after.object) || object?.custom === true
  return isSelected && CHANGE_TYPES[version.event] !== undefined
}

/** The same change of several records of one kind is one event. */
function publishTransaction(org: Org, changes: readonly Change[]): void {
  const transaction = org.state.next('counter:transaction')
  const groups = Map.groupBy(changes, ({ after, version }) =>
    version.event === 'update'
      ? [after.object, version.via, JSON.stringify(toValues(version.changes))].join(' ')
      : `${after.id} ${version.version}`,
  )
  let sequence = 0
  for (const group of groups.values()) {
    const [first] = group
    if (!first) continue
    sequence += 1
    org.events.add({
      replayId: nextReplayId(org),
      commitMs: org.clock.nowMs(),
      object: first.after.object,
      changeType: CHANGE_TYPES[first.version.event] ?? 'UPDATE',
      transaction,
      sequence,
      refs: group.map(({ after, version }) => [after.id, version.version]),
    })
  }
}

function toValues(changes: Change['version']['changes']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changes).map(([name, { to }]) => [name, to]))
}

/** Replay ids of an org are above this. */
export const REPLAY_BASE = 1000

/** Replay ids rise by steps of 1 to 7, as those of a shared log do. */
export function nextReplayId(org: Org): number {
  const last = Number(org.state.get('counter:replay') ?? REPLAY_BASE)
  const step = 1 + ((last * 31 + org.settings.seed * 17) % 7)
  org.state.set('counter:replay', String(last + step))
  return last + step
}

/** An event that no change stands behind. */
export function addEvent(
  org: Org,
  event: { readonly object: string; readonly changeType: string; readonly ids: readonly string[] },
): void {
  org.events.add({
    replayId: nextReplayId(org),
    commitMs: org.clock.nowMs(),
    object: event.object,
    changeType: event.changeType,
    transaction: org.state.next('counter:transaction'),
    sequence: 1,
    refs: event.ids.map((id) => [id, 0]),
  })
}
