import { isTimeText, refuseEvent, type UnknownObject } from '@leadline/contract'

export type Kind = 'events' | 'leads'

export type ToEvent =
  { readonly ok: true; readonly event: UnknownObject } | { readonly ok: false; readonly reason: string }

/** What a record of the file says, as an event. `undatedMs` is when leads without a time of their own are known from. */
export const toEvent = (record: UnknownObject, kind: Kind, undatedMs: number): ToEvent =>
  kind === 'leads' ? toLead(record, undatedMs) : toChecked(record)

/** The same checks as at the collector's door; `receivedAt` and such pass through. */
function toChecked(record: UnknownObject): ToEvent {
  const refusal = refuseEvent(record)
  if (!refusal) return { ok: true, event: record }
  return { ok: false, reason: refusal.field ? `${refusal.field}: ${refusal.message}` : refusal.message }
}

/** Columns of a lead that are no traits. */
const OWN = new Set(['userId', 'anonymousId', 'messageId', 'timestamp'])

/** A known person, as a server would identify him: traits are all other columns that say something. */
function toLead(record: UnknownObject, undatedMs: number): ToEvent {
  const said = Object.entries(record).filter(([, value]) => value !== '' && value !== null)
  const own = Object.fromEntries(said.filter(([name]) => OWN.has(name)))
  const traits = Object.fromEntries(said.filter(([name]) => !OWN.has(name)))
  const problem = findProblem(own, traits)
  if (problem !== undefined) return { ok: false, reason: problem }
  const since = { timestamp: new Date(undatedMs).toISOString() }
  return { ok: true, event: { ...since, ...own, type: 'identify', channel: 'server', traits } }
}

function findProblem({ userId, timestamp }: UnknownObject, { email }: UnknownObject): string | undefined {
  if (userId === undefined && !(typeof email === 'string' && email.includes('@')))
    return 'email: a lead needs an email address or a userId'
  if (timestamp !== undefined && (typeof timestamp !== 'string' || !isTimeText(timestamp)))
    return 'timestamp: must be an ISO 8601 date and time that exists'
  return undefined
}

/** Columns of a CSV file with dots become objects: `properties.url`. Empty cells say nothing. */
export function nestColumns(row: Readonly<Record<string, string>>): UnknownObject {
  const root = new Map<string, unknown>()
  for (const [name, value] of Object.entries(row)) if (value !== '') place(root, name.split('.'), value)
  return toObject(root)
}

function place(into: Map<string, unknown>, [head = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) {
    into.set(head, value)
    return
  }
  const known = into.get(head)
  const inner = known instanceof Map ? known : new Map<string, unknown>()
  into.set(head, inner)
  place(inner, rest, value)
}

const toObject = (map: ReadonlyMap<string, unknown>): UnknownObject =>
  Object.fromEntries([...map].map(([key, value]) => [key, value instanceof Map ? toObject(value) : value]))
