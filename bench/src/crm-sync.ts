import type { CrmWork } from '@leadline/contract'
import { kindOfCall, type CallKind, type LogEntry } from '@leadline/salesforce-sandbox'
import { buildWorld, companyIdOf, contactIdOf, type WorldSize } from './crm-world.ts'
import { buildTable } from './table.ts'
import { openCrmSync, type CrmSyncTarget } from './open-crm-sync.ts'

/** API calls that count against an org's daily limit, by what they are for. */
export interface CallCosts {
  readonly setUp: number
  readonly reads: number
  readonly writes: number
}

const SIZE: WorldSize = { people: 1000, companies: 300, visits: 2 }

/** API calls of crm-sync for new people, for their next visit, and when nothing has changed. */
export async function runCrmSyncBench(): Promise<string> {
  const costs = await measureCosts(SIZE)
  const heading = `${SIZE.people} people of ${SIZE.companies} companies with ${SIZE.visits} visits each; calls of the simulated org, polls left out`
  return `${heading}\n\n${buildTable(columns, Object.entries(costs).map(toCells))}`
}

export async function measureCosts(size: WorldSize): Promise<Readonly<Record<string, CallCosts>>> {
  const target = await openCrmSync()
  try {
    return {
      'all new': await syncWorld(target, size),
      'one more visit each': await syncWorld(target, { ...size, visits: size.visits + 1 }),
      'nothing changed': addCalls(await target.sync(buildWork(size, nextVersion()))),
    }
  } finally {
    await target.close()
  }
}

async function syncWorld(target: CrmSyncTarget, size: WorldSize): Promise<CallCosts> {
  const { warehouse } = target
  const version = nextVersion()
  const world = buildWorld(size, version)
  await warehouse.insert('companies_raw', world.companies)
  await warehouse.insert('contact_leads', world.contacts)
  await warehouse.insert('sessions_raw', world.sessions)
  await warehouse.insert('leads_raw', world.leads)
  return addCalls(await target.sync(buildWork(size, version)))
}

/** As the resolver versions its rows: by the clock, so that work is not taken for the repeat of an earlier try. */
const nextVersion = (): string => String(BigInt(Date.now()) << 20n)

/** For everybody, whether anything of them changed or not: as the resolver asks after a replay. */
function buildWork({ people, companies }: WorldSize, version: string): readonly CrmWork[] {
  const toWork = (kind: CrmWork['kind'], id: string, reason: string): CrmWork => ({
    v: 1,
    workspace: 1,
    kind,
    id,
    reason,
    version,
  })
  return [
    ...Array.from({ length: companies }, (_, n) => toWork('company', companyIdOf(n), 'company')),
    ...Array.from({ length: people }, (_, n) => toWork('contact', contactIdOf(n), 'identity')),
  ]
}

function addCalls(entries: readonly LogEntry[]): CallCosts {
  const kinds = entries.filter(({ counted }) => counted).map(kindOfCall)
  const count = (...wanted: readonly CallKind[]): number =>
    kinds.filter((kind) => wanted.includes(kind)).length
  return { setUp: count('describe', 'token'), reads: count('read'), writes: count('write') }
}

const columns = ['work', 'calls', 'set-up', 'reads', 'writes']

const toCells = ([name, { setUp, reads, writes }]: readonly [string, CallCosts]): readonly string[] =>
  [name, setUp + reads + writes, setUp, reads, writes].map(String)
