import type { Log } from '@leadline/runtime'
import { toDateTime, type CrmDeliveriesRow, type OpportunitiesRow } from '@leadline/warehouse'
import { describeObject } from '../salesforce/describe.ts'
import { SalesforceError } from '../salesforce/errors.ts'
import {
  readContacts,
  readOpportunities,
  readOpportunityChanges,
  type OpportunityChanges,
  type PolledOpportunity,
  type ReadOptions,
} from '../salesforce/read-opportunities.ts'
import { inLane, type Send } from '../salesforce/request.ts'
import { loadCursor, saveCursor, type Cursor } from '../state/cursors.ts'
import { loadLinksOfRecords, type StoredLink } from '../state/links.ts'
import type { Scope } from '../state/load-round.ts'
import { loadOpportunities, toOpportunityRow, type StoredOpportunity } from '../state/opportunities.ts'

export interface OpportunityPollOptions extends Scope {
  readonly send: Send
  /** How far each poll looks back: a row shows up when its transaction commits, with an earlier time. */
  readonly overlapMs: number
  readonly now: () => number
  readonly newId: () => string
  readonly log: Log
}

const CURSOR = 'poll:Opportunity'
const DESCRIBED_MS = 3_600_000
const MAX_SEEN = 100_000

/** Takes over the Opportunities of companies and people that are ours: stage, amount, close date, contacts. */
export class OpportunityPoll {
  readonly #options: OpportunityPollOptions
  #cursor: Cursor | undefined
  #isLoaded = false
  /** What was looked at, by record id: the overlap shows it again and again. */
  readonly #seen = new Map<string, string>()
  #access: { readonly atMs: number; readonly read: ReadOptions | undefined } | undefined

  constructor(options: OpportunityPollOptions) {
    this.#options = options
  }

  async poll(): Promise<void> {
    const read = await this.#readAccess()
    if (read === undefined) return
    const cursor = await this.#loadCursor()
    const sinceMs = cursor && Date.parse(cursor.value) - this.#options.overlapMs
    const changes = await readOpportunityChanges(read, sinceMs)
    await this.#takeOver(read, changes, cursor !== undefined)
    const stamps = [...changes.opportunities, ...changes.roles].map(({ modstamp }) => Date.parse(modstamp))
    await this.#advance(cursor, Math.max(0, ...stamps))
    this.#remember(changes)
  }

  /** What of it the connected user may see; undefined without any right to it. */
  async #readAccess(): Promise<ReadOptions | undefined> {
    const { send, now, log } = this.#options
    if (this.#access && now() < this.#access.atMs + DESCRIBED_MS) return this.#access.read
    try {
      const fields = await describeObject(inLane(send, 'owner'), 'Opportunity')
      this.#access = { atMs: now(), read: { send, hasCurrencies: fields['CurrencyIsoCode'] !== undefined } }
    } catch (error) {
      if (!(error instanceof SalesforceError) || error.failure.status !== 404) throw error
      if (this.#access?.read !== undefined || this.#access === undefined)
        log.warn('the connected user cannot see Opportunities; they are not read', {
          todo: 'assign the permission set Leadline Integration, or set opportunities.read to false',
        })
      this.#access = { atMs: now(), read: undefined }
    }
    return this.#access.read
  }

  async #takeOver(read: ReadOptions, changes: OpportunityChanges, isNews: boolean): Promise<void> {
    const { warehouse, ws, now } = this.#options
    const fresh = this.#findFresh(changes)
    if (fresh.ids.length === 0) return
    const [stored, others, contacts] = await Promise.all([
      loadOpportunities(warehouse, ws, fresh.ids),
      readOpportunities(read, fresh.unread),
      readContacts(read, fresh.ids),
    ])
    const ours = new Set(fresh.ofContacts)
    const nowMs = now()
    const news: News[] = []
    for (const polled of [...fresh.read, ...others]) {
      const known = stored.get(polled.id)
      if (!polled.isOfOurs && !ours.has(polled.id) && known === undefined) continue
      const input = { polled, contactIds: contacts.get(polled.id) ?? [], stored: known }
      const row = toOpportunityRow(input, { ws, nowMs })
      if (row) news.push({ row, stored: known })
    }
    // After a crash between the two it is told again.
    if (isNews) await warehouse.insert('crm_deliveries_raw', await this.#toDeliveries(news, nowMs))
    await warehouse.insert(
      'opportunities_raw',
      news.map(({ row }) => row),
    )
  }

  #findFresh({ opportunities, roles }: OpportunityChanges) {
    const changed = opportunities.filter((one) => this.#seen.get(one.id) !== fingerprint(one))
    const read = [...new Map(changed.map((one) => [one.id, one])).values()]
    const ofContacts = roles
      .filter(({ id, modstamp }) => this.#seen.get(id) !== modstamp)
      .map(({ opportunityId }) => opportunityId)
    const known = new Set(read.map(({ id }) => id))
    const unread = [...new Set(ofContacts)].filter((id) => !known.has(id))
    return { read, unread, ofContacts, ids: [...known, ...unread] }
  }

  async #toDeliveries(news: readonly News[], nowMs: number): Promise<CrmDeliveriesRow[]> {
    const { warehouse, ws, newId } = this.#options
    const crmIds = news.flatMap(({ row }) => [row.account_crm_id, ...row.contact_crm_ids]).filter(Boolean)
    const links = await loadLinksOfRecords(warehouse, ws, [...new Set(crmIds)])
    const byRecord = new Map(links.map((link) => [link.crmId, link]))
    return news.flatMap((one) => {
      const { row } = one
      const [link] = [row.account_crm_id, ...row.contact_crm_ids].flatMap((id) => byRecord.get(id) ?? [])
      return link ? [toDelivery(one, link, { ws, at: toDateTime(nowMs), delivery_id: newId() })] : []
    })
  }

  async #loadCursor(): Promise<Cursor | undefined> {
    if (!this.#isLoaded) this.#cursor = await loadCursor(this.#options.warehouse, this.#options.ws, CURSOR)
    this.#isLoaded = true
    return this.#cursor
  }

  async #advance(cursor: Cursor | undefined, latestMs: number): Promise<void> {
    const { warehouse, ws, now } = this.#options
    const value = new Date(latestMs).toISOString()
    if (latestMs === 0 || (cursor && cursor.value >= value)) return
    this.#cursor = await saveCursor(warehouse, { ws, name: CURSOR, value, version: cursor?.version }, now())
  }

  #remember({ opportunities, roles }: OpportunityChanges): void {
    if (this.#seen.size > MAX_SEEN) this.#seen.clear()
    for (const one of opportunities) this.#seen.set(one.id, fingerprint(one))
    for (const { id, modstamp } of roles) this.#seen.set(id, modstamp)
  }
}

interface News {
  readonly row: OpportunitiesRow
  readonly stored: StoredOpportunity | undefined
}

/** All that it says: stamps have whole seconds, so what changes twice in one has the same. */
const fingerprint = (polled: PolledOpportunity): string => JSON.stringify(polled)

const TOLD = ['stage', 'amount', 'currency', 'close_date', 'is_won', 'account_crm_id'] as const

function toDelivery(
  { row, stored }: News,
  link: StoredLink,
  given: Pick<CrmDeliveriesRow, 'ws' | 'at' | 'delivery_id'>,
): CrmDeliveriesRow {
  const changed = TOLD.filter((name) => stored?.[name] !== row[name])
  return {
    ...given,
    direction: 'in',
    kind: link.kind,
    id: link.id,
    object: 'Opportunity',
    operation: operationOf({ row, stored }),
    external_id: '',
    crm_id: row.opportunity_id,
    reason: 'changed in Salesforce',
    fields: JSON.stringify(
      Object.fromEntries(changed.map((name) => [name, { old: stored?.[name] ?? null, new: row[name] }])),
    ),
    outcome: row.gone === 1 ? 'deleted' : stored === undefined ? 'created' : 'updated',
    code: '',
    message: '',
    request_id: '',
    attempt: 1,
    latency_ms: 0,
  }
}

function operationOf({ row, stored }: News): string {
  if (row.gone === 1) return 'delete'
  if (stored?.gone === 1) return 'undelete'
  return stored?.stage === row.stage ? 'update' : 'stage'
}
