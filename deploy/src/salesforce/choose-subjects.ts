import {
  EMPTY_FILTER,
  findCompanies,
  findContacts,
  parseFilter,
  planSubjects,
  selectContacts,
  SUBJECT_KEYS,
  openConnectionStore,
  type DryRun,
  type Filter,
  type FilterKey,
  type Subject,
} from '@leadline/crm-sync/operate'
import { NIL_UUID } from '@leadline/warehouse'
import { CommandError, type Flag } from '../command.ts'
import type { FlagValues } from '../flag-values.ts'
import type { CrmWorkspace } from './read-crm.ts'

const KEYS = Object.keys(SUBJECT_KEYS).join(', ')

/** Flags that say whom a command is about. */
export const subjectFlags: Readonly<Record<string, Flag>> = {
  email: { type: 'string', value: 'ADDRESS', help: 'The person with this mail' },
  lead: { type: 'string', value: 'ID', help: 'The person with this lead or contact id' },
  company: { type: 'string', value: 'ID|DOMAIN', help: 'This company' },
  filter: { type: 'string', value: 'K=V,…', help: `People of a filter; keys: ${KEYS}` },
  limit: { type: 'string', value: 'N', help: 'So many of them at most (default 1000)' },
}

const LIMIT = { min: 1, max: 10_000 }

export function readFilter(flags: FlagValues, keys: Readonly<Record<string, FilterKey>>): Filter {
  const text = flags.text('filter')
  if (text === undefined) return EMPTY_FILTER
  const parsed = parseFilter(text, keys)
  if (!parsed.ok) throw new CommandError(parsed.reason)
  return parsed.filter
}

/** Whom the flags name. Throws CommandError when it is nobody, or nothing was said. */
export async function chooseSubjects(
  flags: FlagValues,
  workspace: CrmWorkspace,
): Promise<readonly Subject[]> {
  const who = flags.text('email') ?? flags.text('lead')
  const company = flags.text('company')
  const contacts = await chooseContacts(flags, workspace, who)
  const companies = company === undefined ? [] : await findCompanies(workspace, company)
  const subjects = [
    ...companies.map((id): Subject => ({ kind: 'company', id })),
    ...contacts.map((id): Subject => ({ kind: 'contact', id })),
  ]
  if (subjects.length === 0) throw new CommandError('nobody of that is known to this workspace')
  return subjects
}

async function chooseContacts(
  flags: FlagValues,
  workspace: CrmWorkspace,
  who: string | undefined,
): Promise<readonly string[]> {
  if (who !== undefined) return await findContacts(workspace, who)
  if (flags.isSet('filter')) {
    const limit = flags.wholeNumber('limit', LIMIT) ?? 1000
    return await selectContacts(workspace, readFilter(flags, SUBJECT_KEYS), { after: NIL_UUID, limit })
  }
  if (flags.isSet('company')) return []
  throw new CommandError('name one: --email ADDRESS, --lead ID, --company ID or --filter K=V')
}

/** What would be written for them. */
export const dryRun = (
  { crm, ws, warehouse, settings }: CrmWorkspace,
  subjects: readonly Subject[],
  reason: string,
): Promise<DryRun> =>
  planSubjects(
    {
      crm,
      ws,
      warehouse,
      reason,
      sessionTimeoutMs:
        (settings.workspaces.find(({ id }) => id === ws)?.sessionTimeoutMinutes ?? 30) * 60_000,
      connection: { store: openConnectionStore(crm, { warehouse, ws, now: Date.now }) },
      now: Date.now,
    },
    subjects,
  )
