import type { CrmSettings } from '@leadline/contract'
import { isMet } from './conditions.ts'
import type { RefusalOf } from './field-mapping.ts'
import type { Mapping } from './compile-mapping.ts'
import type { OwnerCandidate } from './owner.ts'
import type { Sources } from './sources.ts'

/** What a workspace wants, and what its org offers: the same for every subject of a round. */
export interface RoundRules {
  readonly crm: CrmRules
  readonly mapping: Mapping
  readonly owners: readonly OwnerCandidate[]
  readonly refusalOf: RefusalOf
  /** The org has no room for more rows of the timeline. */
  readonly isStorageFull: boolean
}

export type CrmRules = Pick<
  CrmSettings,
  | 'create'
  | 'createPeopleAs'
  | 'objects'
  | 'only'
  | 'match'
  | 'owners'
  | 'timeline'
  | 'campaigns'
  | 'opportunities'
  | 'onErase'
>

/** What a person asked for by hand is made whatever the rules for making by itself say. */
export const isByHand = (reason: string): boolean => reason === 'manual'

export const mayCreatePeople = ({ create }: CrmRules, reason: string): boolean =>
  isByHand(reason) || create === 'both' || create === 'leads'

export const mayCreateCompanies = ({ create, objects }: CrmRules, reason: string): boolean =>
  objects.account.create && (isByHand(reason) || create === 'both' || create === 'companies')

/** Whether a person is one of those who may enter Salesforce. */
export const isWanted = ({ only }: CrmRules, stage: string, sources: Sources): boolean =>
  (only.stages.length === 0 || only.stages.includes(stage)) && isMet(only.where, sources)

/** What a new person becomes. */
export function objectOfNew({ createPeopleAs }: CrmRules, hasAccount: boolean): 'Lead' | 'Contact' {
  if (createPeopleAs === 'lead_unless_account') return hasAccount ? 'Contact' : 'Lead'
  return createPeopleAs === 'contact' ? 'Contact' : 'Lead'
}
