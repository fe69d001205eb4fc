import { createHash } from 'node:crypto'
import { NIL_UUID, toDateTime, type Warehouse } from '@leadline/warehouse'
import { companyRow, leadRow, sessionRow } from '@leadline/warehouse/test-warehouse'

/** What changes on the website side, as the resolver would write it. `who` and `other` pick among what is there. */
export interface SiteChange {
  readonly kind:
    'appear' | 'early' | 'visit' | 'extend' | 'join' | 'title' | 'mail' | 'merge' | 'split' | 'found'
  readonly who: number
  readonly other: number
}

export interface ModelLead {
  readonly leadId: string
  readonly mail: string
  readonly title: string
  readonly sessions: readonly ModelSession[]
}

export interface ModelSession {
  readonly sessionId: string
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly pages: number
}

export interface Touched {
  readonly kind: 'contact' | 'company'
  readonly id: string
}

const MAILS = [
  'ann@acme.example',
  'bob@acme.example',
  'cy@zeta.example',
  'dee@freemail.example',
  "o'e@zeta.example",
  'flo@freemail.example',
] as const

export const WS = 1
const DAY_MS = Date.UTC(2026, 10, 2)

export const mailOf = (pick: number): string => MAILS[pick % MAILS.length] ?? MAILS[0]
export const contactIdOf = (mail: string): string => idOf('contact', mail)
export const companyIdOf = (mail: string): string =>
  mail.endsWith('@freemail.example') ? NIL_UUID : idOf('company', domainOf(mail))

const domainOf = (mail: string): string => mail.replace(/^.*@/, '')

function idOf(kind: string, name: string | number): string {
  const hex = createHash('sha256').update(`${kind}:${name}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** With the company, or before it. */
const APPEARS: ReadonlySet<string> = new Set(['appear', 'early'])

/** The website side of a history: leads with their visits, written as rows. The same changes, the same rows. */
export class People {
  leads: readonly ModelLead[] = []
  readonly #warehouse: Warehouse
  /** Domains whose company was not written yet: the resolver does that after its leads. */
  readonly #unfound = new Set<string>()
  #count = 0
  #version = BigInt(DAY_MS) << 20n

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse
  }

  /** Makes a change and tells whose records may be out of date. */
  async change(change: SiteChange): Promise<readonly Touched[]> {
    const before = this.leads
    if (change.kind !== 'found') this.leads = this.#changed(change)
    await this.#write(before)
    const found = await this.#writeCompanies(before, change.kind === 'early')
    const mails = [...before, ...this.leads].filter(isNotIn(before, this.leads)).map((lead) => lead.mail)
    return [
      ...[...new Set(mails.map(contactIdOf))].map((id) => ({ kind: 'contact', id }) as const),
      ...[...new Set([...mails.map(companyIdOf), ...found])]
        .filter((id) => id !== NIL_UUID)
        .map((id) => ({ kind: 'company', id }) as const),
    ]
  }

  /** All contacts and companies there ever were. */
  all(): readonly Touched[] {
    return [
      ...MAILS.map((mail) => ({ kind: 'contact', id: contactIdOf(mail) }) as const),
      ...[...new Set(MAILS.map(companyIdOf))]
        .filter((id) => id !== NIL_UUID)
        .map((id) => ({ kind: 'company', id }) as const),
    ]
  }

  #changed({ kind, who, other }: SiteChange): readonly ModelLead[] {
    const lead = this.leads[who % Math.max(1, this.leads.length)]
    if (lead === undefined || APPEARS.has(kind)) return [...this.leads, this.#newLead(mailOf(other))]
    if (kind === 'visit') return this.#with({ ...lead, sessions: [...lead.sessions, this.#newSession()] })
    if (kind === 'extend') return this.#with({ ...lead, sessions: lead.sessions.map(extendLast) })
    if (kind === 'join') return this.#with({ ...lead, sessions: this.#joined(lead.sessions) })
    if (kind === 'title') return this.#with({ ...lead, title: `Title ${this.#next()}` })
    if (kind === 'mail') return this.#with({ ...lead, mail: mailOf(other) })
    return kind === 'merge' ? this.#merged(lead, other) : this.#split(lead, other)
  }

  #with(lead: ModelLead): readonly ModelLead[] {
    return this.leads.map((one) => (one.leadId === lead.leadId ? lead : one))
  }

  #merged(lead: ModelLead, other: number): readonly ModelLead[] {
    const loser = this.leads[other % this.leads.length]
    if (loser === undefined || loser === lead) return this.leads
    const sessions = [...lead.sessions, ...loser.sessions].toSorted((a, b) => a.startedAtMs - b.startedAtMs)
    return this.#with({ ...lead, sessions }).filter((one) => one !== loser)
  }

  /** The last visit turns out to be somebody else's. */
  #split(lead: ModelLead, other: number): readonly ModelLead[] {
    const last = lead.sessions.at(-1)
    if (last === undefined) return this.leads
    const rest = { ...lead, sessions: lead.sessions.slice(0, -1) }
    return [...this.#with(rest), { ...this.#newLead(mailOf(other)), sessions: [last] }]
  }

  /** A late event before the first two visits makes them one, with another id. */
  #joined(sessions: readonly ModelSession[]): readonly ModelSession[] {
    const [first, second, ...rest] = sessions
    if (first === undefined || second === undefined) return sessions
    const joined = {
      sessionId: idOf('session', this.#next()),
      startedAtMs: first.startedAtMs - 1000,
      endedAtMs: second.endedAtMs,
      pages: first.pages + second.pages + 1,
    }
    return [joined, ...rest]
  }

  #newLead(mail: string): ModelLead {
    return { leadId: idOf('lead', this.#next()), mail, title: '', sessions: [this.#newSession()] }
  }

  #newSession(): ModelSession {
    const number = this.#next()
    const startedAtMs = DAY_MS + number * 3_600_000
    return { sessionId: idOf('session', number), startedAtMs, endedAtMs: startedAtMs + 60_000, pages: 1 }
  }

  #next(): number {
    this.#count += 1
    return this.#count
  }

  #nextVersion(): string {
    this.#version += 1n
    return String(this.#version)
  }

  async #write(before: readonly ModelLead[]): Promise<void> {
    const gone = before.filter(isNotIn(this.leads)).map((lead) => ({ lead, gone: 1 }))
    const came = this.leads.filter(isNotIn(before)).map((lead) => ({ lead, gone: 0 }))
    const stays = new Set(this.leads.map((lead) => lead.leadId))
    const changes = [...gone, ...came]
    const stamp = (isGone: number): { ws: number; version: string; gone: number } => ({
      ws: WS,
      version: this.#nextVersion(),
      gone: isGone,
    })
    await this.#warehouse.insert(
      'leads_raw',
      changes
        .filter(({ lead, gone: isGone }) => isGone === 0 || !stays.has(lead.leadId))
        .map(({ lead, gone: isGone }) => ({ ...toLeadRow(lead), ...stamp(isGone) })),
    )
    await this.#warehouse.insert(
      'contact_leads',
      changes.map(({ lead, gone: isGone }) => ({
        contact_id: contactIdOf(lead.mail),
        lead_id: lead.leadId,
        ...stamp(isGone),
      })),
    )
    await this.#warehouse.insert(
      'sessions_raw',
      changes.flatMap(({ lead, gone: isGone }) =>
        lead.sessions.map((session) => ({ ...toSessionRow(lead, session), ...stamp(isGone) })),
      ),
    )
    await this.#warehouse.insert(
      'company_leads',
      changes
        .filter(({ lead }) => companyIdOf(lead.mail) !== NIL_UUID)
        .map(({ lead, gone: isGone }) => ({ ...toCompanyLeadRow(lead), ...stamp(isGone) })),
    )
  }

  /** Returns ids of companies that are written now, and were not when somebody of them appeared. */
  async #writeCompanies(before: readonly ModelLead[], isLate: boolean): Promise<readonly string[]> {
    const came = this.leads.filter(isNotIn(before)).filter(({ mail }) => companyIdOf(mail) !== NIL_UUID)
    const late = isLate ? [] : [...this.#unfound]
    for (const { mail } of came) if (isLate) this.#unfound.add(mail)
    if (!isLate) this.#unfound.clear()
    const mails = isLate ? [] : [...came.map(({ mail }) => mail), ...late]
    await this.#warehouse.insert(
      'companies_raw',
      mails.map((mail) => ({
        ...companyRow({ company_id: companyIdOf(mail) }),
        key: domainOf(mail),
        domain: domainOf(mail),
        ws: WS,
        version: this.#nextVersion(),
        gone: 0,
      })),
    )
    return late.map(companyIdOf)
  }
}

const isNotIn =
  (...lists: readonly (readonly ModelLead[])[]) =>
  (lead: ModelLead): boolean =>
    !lists.every((list) => list.includes(lead))

const extendLast = (session: ModelSession, index: number, all: readonly ModelSession[]): ModelSession =>
  index === all.length - 1
    ? { ...session, endedAtMs: session.endedAtMs + 60_000, pages: session.pages + 1 }
    : session

const toLeadRow = (lead: ModelLead) => ({
  ...leadRow({ lead_id: lead.leadId }),
  contact_id: contactIdOf(lead.mail),
  company_id: companyIdOf(lead.mail),
  primary_email: lead.mail,
  identified: 1,
  stage: 'qualified',
  first_seen: toDateTime(Math.min(DAY_MS, ...lead.sessions.map((session) => session.startedAtMs))),
  last_seen: toDateTime(Math.max(DAY_MS, ...lead.sessions.map((session) => session.endedAtMs))),
  sessions: lead.sessions.length,
  traits: JSON.stringify(lead.title === '' ? {} : { title: lead.title }),
})

const toCompanyLeadRow = ({ leadId, mail }: ModelLead) => ({
  company_id: companyIdOf(mail),
  lead_id: leadId,
  domain: domainOf(mail),
  is_own: 1,
  is_member: 0,
  first_seen: toDateTime(DAY_MS),
  last_seen: toDateTime(DAY_MS),
})

const toSessionRow = (lead: ModelLead, session: ModelSession) => ({
  ...sessionRow({ lead_id: lead.leadId, session_id: session.sessionId }),
  started_at: toDateTime(session.startedAtMs),
  ended_at: toDateTime(session.endedAtMs),
  duration_s: Math.round((session.endedAtMs - session.startedAtMs) / 1000),
  pages: session.pages,
  source: 'google',
  medium: 'cpc',
})
