import { toDateTime, type CrmDeliveriesRow } from '@leadline/warehouse'
import { readChanges, readOwners, type PolledObject } from '../salesforce/read-changes.ts'
import type { Send } from '../salesforce/send.ts'
import { carryShadows, type Move } from '../state/carry-shadows.ts'
import { loadCursor, saveCursor, type Cursor } from '../state/cursors.ts'
import { hasContactLinks, loadLinks, loadLinksOfRecords, toLinkRow } from '../state/links.ts'
import type { Scope } from '../state/load-round.ts'
import type { OneAtATime } from '../sync/one-at-a-time.ts'
import {
  planInbound,
  planReturn,
  type InboundChange,
  type Owner,
  type PolledRecord,
} from './owner-changes.ts'

export interface PollOptions extends Scope {
  readonly send: Send
  /** How far each poll looks back: a row shows up when its transaction commits, with an earlier time. */
  readonly overlapMs: number
  readonly oneAtATime: OneAtATime
  readonly now: () => number
  readonly newId: () => string
  /** A record moved or came back: its fields and timeline rows are to be looked at. */
  readonly onMoved: (link: InboundChange['link']) => void
}

/** A Lead before the Contact that it became. */
const POLLED: readonly PolledObject[] = ['Lead', 'Contact', 'Account']
const PAGE_SIZE = 2000
/** Of a stamp's second, and of the pause until what was saved in it shows. */
const STAMP_MS = 1500
const OWNER_FRESH_MS = 10 * 60_000
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
const BEGINNING = '1970-01-01T00:00:00.000Z'

interface Seen {
  readonly print: string
  readonly firstMs: number
  /** Taken over when its second had passed. */
  readonly isSettled: boolean
}

/** Reads what changed in Salesforce and takes it over: owners, conversions, merges, deletions. */
export class OwnerPoll {
  readonly #options: PollOptions
  readonly #cursors = new Map<PolledObject, Cursor | undefined>()
  /** What was taken over within the look-back, by record id: the overlap shows it again and again. */
  readonly #seen = new Map<string, Seen>()
  readonly #known = new Map<string, { readonly owner: Owner; readonly atMs: number }>()
  #hasContacts = false
  #isHeldBack = false
  /** Of the cursors: a poll that began before they were taken back does not move them. */
  #epoch = 0

  constructor(options: PollOptions) {
    this.#options = options
  }

  /**
   * A long round makes records now and their links when it ends. What is polled meanwhile is read once more after
   * `goOn`, also by the next process: where polls stand is not stored until then.
   */
  holdBack(): void {
    this.#isHeldBack = true
  }

  goOn(): void {
    this.#isHeldBack = false
    this.#cursors.clear()
    this.#epoch += 1
  }

  async poll(): Promise<void> {
    const { warehouse, ws } = this.#options
    this.#hasContacts ||= await hasContactLinks(warehouse, ws)
    const objects = this.#hasContacts ? POLLED : POLLED.filter((object) => object !== 'Contact')
    // First, so that all of them ask at the same moment, which is one call.
    for (const object of objects) await this.#cursorOf(object)
    const polls = await Promise.allSettled(objects.map((object) => this.#pollObject(object)))
    for (const poll of polls) if (poll.status === 'rejected') throw poll.reason
  }

  async #pollObject(object: PolledObject): Promise<void> {
    const epoch = this.#epoch
    const cursor = await this.#cursorOf(object)
    const since = cursor ? Date.parse(cursor.value) - this.#options.overlapMs : Date.parse(BEGINNING)
    let after: { modstamp: string; id?: string } = { modstamp: new Date(since).toISOString() }
    let last: PolledRecord | undefined
    for (;;) {
      const page = await readChanges(this.#options.send, object, { ...after, pageSize: PAGE_SIZE })
      const fresh = page.filter((record) => !this.#isSettled(record))
      if (fresh.length > 0) await this.#options.oneAtATime(() => this.#takeOver(fresh))
      last = page.at(-1) ?? last
      if (page.length < PAGE_SIZE || last === undefined) break
      after = { modstamp: last.modstamp, id: last.id }
    }
    if (last && epoch === this.#epoch) await this.#advance(object, cursor, last.modstamp)
  }

  async #takeOver(records: readonly PolledRecord[]): Promise<void> {
    const { warehouse, ws, now } = this.#options
    const links = await loadLinksOfRecords(
      warehouse,
      ws,
      records.map((record) => record.id),
    )
    const linked = records.filter((record) => links.some((link) => link.crmId === record.id))
    const owners = await this.#owners(new Set(linked.map((record) => record.ownerId).filter(Boolean)))
    const changes = linked.flatMap((record) =>
      planInbound(
        record,
        links.filter((link) => link.crmId === record.id),
        owners.get(record.ownerId),
      ),
    )
    const unlinked = records.filter((record) => !linked.includes(record))
    changes.push(...(await this.#findReturned(unlinked)))
    const nowMs = now()
    await warehouse.insert(
      'crm_deliveries_raw',
      changes.filter(isNews).map((change) => this.#toDelivery(change, nowMs)),
    )
    await carryShadows(this.#options, changes.flatMap(moveOf), nowMs)
    await warehouse.insert(
      'crm_links_raw',
      changes.map((change) => toLinkRow(change, { ws, nowMs })),
    )
    // Records without a link may get one by a write that is still to be recorded, so they are looked at again.
    for (const record of linked) this.#see(record, nowMs)
    for (const { link, operation } of changes)
      if (operation !== 'owner' && operation !== 'delete') this.#options.onMoved(link)
  }

  #isSettled(record: PolledRecord): boolean {
    const seen = this.#seen.get(record.id)
    return seen?.print === fingerprint(record) && seen.isSettled
  }

  /** Stamps have whole seconds: what changes twice in one may look the same, so it is taken over once more after it. */
  #see(record: PolledRecord, nowMs: number): void {
    const print = fingerprint(record)
    const known = this.#seen.get(record.id)
    const firstMs = known?.print === print ? known.firstMs : nowMs
    this.#seen.set(record.id, { print, firstMs, isSettled: nowMs > firstMs + STAMP_MS })
  }

  /** People rarely change their name, so who was asked about lately is not asked about again. */
  async #owners(ids: ReadonlySet<string>): Promise<ReadonlyMap<string, Owner>> {
    const { send, now } = this.#options
    const nowMs = now()
    for (const [id, { atMs }] of this.#known) if (atMs + OWNER_FRESH_MS <= nowMs) this.#known.delete(id)
    const unknown = [...ids].filter((id) => !this.#known.has(id))
    if (unknown.length > 0)
      for (const [id, owner] of await readOwners(send, unknown)) this.#known.set(id, { owner, atMs: nowMs })
    return new Map([...this.#known].map(([id, { owner }]) => [id, owner]))
  }

  async #findReturned(records: readonly PolledRecord[]): Promise<readonly InboundChange[]> {
    const { warehouse, ws } = this.#options
    const people = records.filter(({ object, externalId }) => object !== 'Account' && UUID.test(externalId))
    const ids = people.map(({ externalId }) => externalId)
    const links = await loadLinks(warehouse, ws, { kind: 'contact', ids })
    return people.flatMap((record) => {
      const stored = links.get(record.externalId)
      return (stored && planReturn(record, stored)) ?? []
    })
  }

  #toDelivery({ link, operation, fields }: InboundChange, nowMs: number): CrmDeliveriesRow {
    return {
      ws: this.#options.ws,
      at: toDateTime(nowMs),
      delivery_id: this.#options.newId(),
      direction: 'in',
      kind: link.kind,
      id: link.id,
      object: link.object,
      operation,
      external_id: link.externalId,
      crm_id: link.crmId,
      reason: 'changed in Salesforce',
      fields: JSON.stringify(fields),
      outcome: 'updated',
      code: '',
      message: '',
      request_id: '',
      attempt: 1,
      latency_ms: 0,
    }
  }

  async #cursorOf(object: PolledObject): Promise<Cursor | undefined> {
    const { warehouse, ws } = this.#options
    if (!this.#cursors.has(object))
      this.#cursors.set(object, await loadCursor(warehouse, ws, cursorName(object)))
    return this.#cursors.get(object)
  }

  async #advance(object: PolledObject, cursor: Cursor | undefined, modstamp: string): Promise<void> {
    const { warehouse, ws, now } = this.#options
    const value = new Date(modstamp).toISOString()
    if (cursor && cursor.value >= value) return
    const name = cursorName(object)
    const version = cursor?.version
    this.#cursors.set(
      object,
      this.#isHeldBack
        ? { value, version }
        : await saveCursor(warehouse, { ws, name, value, version }, now()),
    )
    this.#forget(Date.parse(value) - this.#options.overlapMs)
  }

  #forget(beforeMs: number): void {
    for (const [id, { print }] of this.#seen)
      if (Date.parse(print.split(' ')[0] ?? '') < beforeMs) this.#seen.delete(id)
  }
}

/** What came back from a merge keeps what stood on it then; the winner keeps what we wrote there. */
const moveOf = ({ stored, link, operation }: InboundChange): readonly Move[] =>
  stored.crmId === link.crmId || operation === 'undelete'
    ? []
    : [{ externalId: link.externalId, from: stored, to: link }]

const cursorName = (object: PolledObject): string => `poll:${object}`

const fingerprint = (record: PolledRecord): string =>
  [record.modstamp, record.ownerId, record.isDeleted, record.masterId ?? '', record.contactId ?? ''].join(' ')

/** Learning for the first time who owns a record is not a change. */
const isNews = ({ stored, operation }: InboundChange): boolean =>
  operation !== 'owner' || stored.ownerId !== ''
