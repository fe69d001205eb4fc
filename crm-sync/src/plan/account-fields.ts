import { ACCOUNT_FIELDS, ACTIVITY, TASK } from './activity.ts'
import type { Mapping } from './compile-mapping.ts'
import { isBlank, type CrmFields } from './field-values.ts'
import { isActive } from './link.ts'
import type { CrmRules } from './rules.ts'
import { createSources } from './sources.ts'
import type { PersonState, TimelineRow } from './subjects.ts'

/** Whether rules ask for more of a person than fields as soon as there is an Account. */
export const hasAccountRules = ({ opportunities, only, campaigns }: CrmRules): boolean =>
  opportunities.create.length > 0 ||
  [only.where, ...campaigns.rules.map(({ where }) => where)]
    .flat()
    .some(({ from }) => /^account\b/.test(from))

export interface AccountInput {
  readonly person: PersonState
  /** Of the person's visits and days, as last written. */
  readonly rows: readonly TimelineRow[]
  /** Salesforce id of the Account of the person's company. */
  readonly account: string
  readonly mapping: Mapping
}

/** Whether something that should refer to the Account was last seen without it, as far as we know ourselves. */
export const lacksAccount = (input: AccountInput): boolean =>
  input.rows.some((row) => isRowWithout(row, input)) || isPersonWithout(input)

function isRowWithout({ link, fields }: TimelineRow, { person, account }: AccountInput): boolean {
  if (!isActive(link)) return false
  // Salesforce lets a Task of a Lead be related to nothing else.
  if (link.object === TASK && person.link?.object !== 'Contact') return false
  return fields[ACCOUNT_FIELDS[link.object === TASK ? TASK : ACTIVITY]] !== account
}

function isPersonWithout({ person, account, mapping }: AccountInput): boolean {
  const { link, shadow } = person
  if (!isActive(link)) return false
  const known: CrmFields = shadow?.fields ?? {}
  const sources = createSources({ account })
  const nothing = createSources({})
  return mapping[link.object].some(({ field, policy, value }) => {
    const wanted = value(sources)
    if (wanted === value(nothing)) return false
    return isBlank(known[field] ?? null) || (policy === 'override' && known[field] !== wanted)
  })
}
