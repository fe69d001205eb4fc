import { REP_USERNAME, type FaultInput, type SandboxOrg } from '@leadline/salesforce-sandbox'
import type { CrmSettings } from '@leadline/contract'
import { OwnerPoll } from '../../src/inbound/poll-owners.ts'
import { openOrg, type Org } from '../../src/salesforce/open-org.ts'
import { SalesforceError } from '../../src/salesforce/errors.ts'
import { loadStaleCompanies, loadStaleContacts } from '../../src/state/links.ts'
import { followAccounts } from '../../src/sync/follow-accounts.ts'
import { createOneAtATime } from '../../src/sync/one-at-a-time.ts'
import type { DuplicateHints } from '../../src/sync/duplicate-hints.ts'
import { InHand } from '../../src/sync/in-hand.ts'
import { RefusedValues } from '../../src/sync/refused-values.ts'
import { itemKey, type RoundItem } from '../../src/sync/round-tasks.ts'
import { runRound } from '../../src/sync/run-round.ts'
import type { MemoryWarehouse } from '../memory-warehouse.ts'
import { People, WS, type SiteChange, type Touched } from './people.ts'
import { toRepOp, type RepAct } from './rep-acts.ts'

/** What goes wrong during the next synchronisation. */
export interface Trouble {
  readonly kind: 'lose' | 'drop' | 'lock' | 'outage' | 'crash'
  readonly who: number
  readonly other: number
}

export type Step = SiteChange | RepAct | Trouble | { readonly kind: 'sync' }

const SITE = new Set([
  'appear',
  'early',
  'found',
  'visit',
  'extend',
  'join',
  'title',
  'mail',
  'merge',
  'split',
])
const TROUBLE = new Set(['lose', 'drop', 'lock', 'outage', 'crash'])

const isSite = (step: Step): step is SiteChange => SITE.has(step.kind)
const isTrouble = (step: Step): step is Trouble => TROUBLE.has(step.kind)

/** Calls of the sync whose answer may be lost, or that may be refused. */
export const CALLS: readonly { readonly title: string; readonly match: FaultInput['match'] }[] = [
  { title: 'a token', match: { path: '/services/oauth2/token' } },
  { title: 'a query', match: { path: '/query' } },
  { title: 'an Account upsert', match: { path: '/composite/sobjects/Account/' } },
  { title: 'a Lead upsert', match: { path: '/composite/sobjects/Lead/' } },
  { title: 'a timeline upsert', match: { path: '/composite/sobjects/Leadline_Activity__c/' } },
  { title: 'an update by id', match: { method: 'PATCH', path: '/composite/sobjects$' } },
  { title: 'several reads, or several writes', match: { path: '/composite$' } },
  { title: 'a delete', match: { method: 'DELETE', path: '/composite/sobjects' } },
  { title: 'a read by ids', match: { method: 'POST', path: '/composite/sobjects/' } },
]

/** A lost answer costs a try; this is more than all troubles of one history together. */
const MAX_TURNS = 150
const TURN_MS = 10_000

export interface HistoryOptions {
  readonly org: SandboxOrg
  readonly warehouse: MemoryWarehouse
  readonly settings: CrmSettings
  /** Without it the same steps happen in a world where nothing goes wrong. */
  readonly withTrouble: boolean
}

/** One history: the website, the reps, and a sync whose process may be thrown away at any write. */
export class History {
  readonly people: People
  readonly #options: HistoryOptions
  /** Work of the log: it outlives the process. */
  readonly #work = new Map<string, RoundItem>()
  /** Work that only the process knows of. */
  readonly #found = new Map<string, RoundItem>()
  #process: Process
  #edits = 0
  #ids = 0

  constructor(options: HistoryOptions) {
    this.#options = options
    this.people = new People(options.warehouse)
    this.#process = this.#startProcess()
  }

  async take(step: Step): Promise<void> {
    if (isSite(step)) this.#note(this.#work, await this.people.change(step), step.kind)
    else if (isTrouble(step)) this.#makeTrouble(step)
    else if (step.kind === 'sync') await this.settle()
    else await this.#act(step)
  }

  /** All work of all subjects again. */
  touchAll(): void {
    this.#note(this.#work, this.people.all(), 'again')
  }

  /** Rounds and polls until nothing is left to do. What went wrong meanwhile is over then. */
  async settle(): Promise<void> {
    let quiet = 0
    for (let turn = 0; quiet < 2; turn += 1) {
      if (turn > MAX_TURNS)
        throw new Error(`not settled: ${[...this.#work.keys(), ...this.#found.keys()].join(', ')}`)
      this.#options.org.admin.clock.advance(TURN_MS)
      const isIdle = this.#work.size + this.#found.size === 0
      const isDone = await this.#try(() => (isIdle ? this.#rest() : this.#round()))
      quiet = isIdle && isDone && this.#work.size + this.#found.size === 0 ? quiet + 1 : 0
    }
    this.#options.org.admin.faults.remove()
    this.#options.warehouse.heal()
  }

  /** What a process does beside the work of the log. */
  async #rest(): Promise<void> {
    const process = this.#process
    await process.poll.poll()
    await followAccounts(
      {
        ...process,
        crm: this.#options.settings,
        oneAtATime: (work) => work(),
        isStopped: () => process !== this.#process,
        look: async (ids) => {
          this.#note(
            this.#found,
            ids.map((id) => ({ kind: 'contact', id })),
            'account',
          )
          while (this.#found.size > 0) await this.#try(() => this.#round())
        },
      },
      await loadStaleCompanies(process.warehouse, WS),
    )
  }

  async #round(): Promise<void> {
    const items = [...new Map([...this.#found, ...this.#work]).values()]
    const report = await runRound(
      { ...this.#process, crm: this.#options.settings, onNewAccounts: () => undefined },
      items,
      {
        holdOpen: () => false,
        inTurn: (work) => work(),
      },
    )
    for (const item of items) {
      const outcome = report.outcomes.get(itemKey(item))
      for (const queue of [this.#work, this.#found]) {
        if (!queue.has(itemKey(item))) continue
        if (outcome?.to === 'retry') queue.set(itemKey(item), { ...item, attempt: item.attempt + 1 })
        else queue.delete(itemKey(item))
      }
    }
    const asked = new Set(items.map(itemKey))
    for (const [key, outcome] of report.outcomes)
      if (outcome.to === 'retry' && !asked.has(key))
        this.#note(this.#found, [{ kind: 'company', id: key.replace(/^company:/, '') }], 'contact')
  }

  /** What Salesforce does wrong costs a try; what the warehouse does wrong costs the process. */
  async #try(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      if (error instanceof SalesforceError) {
        countTries(this.#work)
        countTries(this.#found)
        return false
      }
      if (!(error instanceof Error && error.name === 'WarehouseError')) throw error
      await this.#restart()
      return false
    }
  }

  async #restart(): Promise<void> {
    this.#found.clear()
    for (const [key, item] of this.#work) this.#work.set(key, { ...item, attempt: 0 })
    this.#options.warehouse.heal()
    this.#options.org.admin.clock.advance(TURN_MS)
    this.#process = this.#startProcess()
    const stale = await loadStaleContacts(this.#options.warehouse, WS)
    this.#note(
      this.#found,
      stale.map((id) => ({ kind: 'contact', id })),
      'refresh',
    )
    const moved = await loadStaleCompanies(this.#options.warehouse, WS)
    this.#note(
      this.#found,
      moved.map((id) => ({ kind: 'company', id })),
      'retry',
    )
  }

  #startProcess(): Process {
    const { org, warehouse, settings } = this.#options
    const now = (): number => org.admin.clock.now()
    const connection = openOrg(
      settings,
      (problems) => {
        throw new Error(problems.join(', '))
      },
      { now, times: { baseMs: 0, maxMs: 0, brokenMs: 0, budgetMs: 0 } },
    )
    const common = { warehouse, ws: WS, now, newId: () => this.#newId() }
    return {
      ...common,
      org: connection,
      inHand: new InHand(),
      refused: new RefusedValues(),
      hints: new Map(),
      owners: async () => [],
      startedAtMs: now(),
      sessionTimeoutMs: 1_800_000,
      poll: new OwnerPoll({
        ...common,
        send: connection.send,
        overlapMs: settings.pollOverlapMs,
        oneAtATime: createOneAtATime(),
        onMoved: ({ kind, id }) =>
          this.#note(this.#found, [{ kind: kind === 'company' ? 'company' : 'contact', id }], 'moved'),
      }),
    }
  }

  #newId(): string {
    this.#ids += 1
    return `00000000-0000-4000-8000-${String(this.#ids).padStart(12, '0')}`
  }

  #note(queue: Map<string, RoundItem>, touched: readonly Touched[], reason: string): void {
    const version = String(BigInt(this.#options.org.admin.clock.now()) << 20n)
    for (const { kind, id } of touched) {
      const item = { kind, id, reason, version, attempt: 0 }
      queue.set(itemKey(item), queue.get(itemKey(item)) ?? item)
    }
  }

  #makeTrouble({ kind, who, other }: Trouble): void {
    const { org, warehouse, withTrouble } = this.#options
    if (!withTrouble) return
    const match = CALLS[who % CALLS.length]?.match
    const after = Math.floor(other / 4) % 3
    const faults = org.admin.faults
    if (kind === 'crash') warehouse.breakInsert(1 + (who % 6), other % 2 === 0 ? 'before' : 'after')
    else if (kind === 'lose') faults.add({ match, after, times: 2, action: { type: 'dropAfter' } })
    else if (kind === 'drop') faults.add({ match, after, action: { type: 'dropBefore' } })
    else if (kind === 'outage') faults.add({ match, after, times: 2, action: { type: 'html503' } })
    else {
      const object = (['Lead', 'Account', 'Contact', 'Leadline_Activity__c'] as const)[other % 4] ?? 'Lead'
      const action = { type: 'error', code: 'UNABLE_TO_LOCK_ROW', scope: 'record' } as const
      faults.add({ match: { object }, after: who % 2, action })
    }
  }

  /** Reps act on what is there, so whatever is under way comes first. */
  async #act(act: RepAct): Promise<void> {
    await this.settle()
    this.#edits += 1
    const { org } = this.#options
    org.admin.clock.advance(TURN_MS)
    const op = toRepOp(org, act, this.#edits)
    if (op === undefined) return
    const [result] = org.admin.act({ as: REP_USERNAME, ops: [op] })
    const isRefused = result?.ok === false && !['undelete', 'own'].includes(act.kind)
    if (isRefused) throw new Error(`the rep cannot ${act.kind}: ${JSON.stringify(result)}`)
  }
}

function countTries(queue: Map<string, RoundItem>): void {
  for (const [key, item] of queue) queue.set(key, { ...item, attempt: item.attempt + 1 })
}

interface Process {
  readonly org: Org
  readonly warehouse: MemoryWarehouse
  readonly ws: number
  readonly now: () => number
  readonly newId: () => string
  readonly startedAtMs: number
  readonly sessionTimeoutMs: number
  readonly poll: OwnerPoll
  readonly inHand: InHand
  readonly refused: RefusedValues
  readonly hints: DuplicateHints
  readonly owners: () => Promise<readonly never[]>
}
