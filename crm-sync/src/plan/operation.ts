import type { CrmFields, FieldValue } from './field-values.ts'

/** Objects that are written; those after our own only where the settings ask for them. */
export const CRM_OBJECTS = [
  'Account',
  'Lead',
  'Contact',
  'Leadline_Activity__c',
  'Task',
  'Campaign',
  'CampaignMember',
  'Opportunity',
  'OpportunityContactRole',
] as const
export type CrmObject = (typeof CRM_OBJECTS)[number]

/** `session` and `day` are rows of the timeline. */
export const SUBJECT_KINDS = [
  'contact',
  'company',
  'session',
  'day',
  'campaign',
  'member',
  'opportunity',
  'role',
] as const
export type SubjectKind = (typeof SUBJECT_KINDS)[number]

export const isTimelineKind = (kind: SubjectKind): kind is 'session' | 'day' =>
  kind === 'session' || kind === 'day'

export const EXTERNAL_ID = 'Leadline_Id__c'

/** Stands for the Salesforce id of a record that the same plan creates. */
export interface Reference {
  readonly object: CrmObject
  readonly externalId: string
}
export type PlannedValue = FieldValue | Reference

export const isReference = (value: PlannedValue): value is Reference =>
  typeof value === 'object' && value !== null

export interface FieldChange {
  readonly old: FieldValue
  readonly new: PlannedValue
  /** What was done to the value so that it fits. */
  readonly note?: string
}
export type FieldChanges = Readonly<Record<string, FieldChange>>

/** One write to one record, with its reason and what it changes. */
export interface Operation {
  readonly object: CrmObject
  /** `upsert` is by external id, for records that may not exist; the others are by Salesforce id. */
  readonly action: 'upsert' | 'update' | 'delete'
  readonly kind: SubjectKind
  /** Contact, company or session id. */
  readonly id: string
  readonly externalId: string
  /** Salesforce id; empty when not known. */
  readonly crmId: string
  readonly fields: FieldChanges
  readonly reason: string
  /**
   * The record must not have changed since it was read (Salesforce's LastModifiedDate): the write replaces, or fills,
   * what a rep may edit.
   */
  readonly unchangedSince?: string
  /** Keys of the work items that this write belongs to: they are done when it is. */
  readonly workKeys: readonly string[]
}

/**
 * `linked`: kept in step. `stale`: linked, and a write of roll-ups was held back for the refresh of an open session.
 * `moved`: another contact took the record over. `deleted`: gone in Salesforce, and not made again.
 */
export type LinkStatus = 'linked' | 'stale' | 'moved' | 'deleted'

/** Our subject and the record that stands for it. */
export interface Link {
  readonly kind: SubjectKind
  readonly id: string
  readonly object: CrmObject
  readonly externalId: string
  readonly crmId: string
  readonly status: LinkStatus
  readonly gone: boolean
}

/** A record as read from Salesforce. */
export interface CrmRecord {
  readonly object: CrmObject
  readonly id: string
  /** Value of our external id field; empty when it has none. */
  readonly externalId: string
  readonly fields: CrmFields
}

/** What we know of a record from earlier: its fields as last seen, and the values that are ours. */
export interface Shadow {
  readonly fields: CrmFields
  readonly written: CrmFields
  /** What stood in a field when we wrote over it. */
  readonly replaced?: CrmFields
}

/** Values of ours on a record that were never noted as such: the answer, or the process, was lost. */
export interface Claim {
  readonly object: CrmObject
  readonly crmId: string
  readonly externalId: string
  /** The record as it was read. */
  readonly fields: CrmFields
  readonly written: CrmFields
}

/** Work that needs a person: nothing is written until something changes. */
export interface Parked {
  readonly kind: SubjectKind
  readonly id: string
  readonly object: CrmObject
  readonly code: string
  readonly message: string
  readonly reason: string
  /** Records that may be meant. */
  readonly candidates?: readonly string[]
}

export interface Plan {
  readonly operations: readonly Operation[]
  /** Links that change without a write; those of operations follow from their results. */
  readonly links: readonly Link[]
  readonly claims: readonly Claim[]
  readonly parked: readonly Parked[]
  /** What was left out because Salesforce lately refused it, by signature of the refusal. */
  readonly omitted: readonly { readonly workKey: string; readonly signature: string }[]
  /** Contacts for which a refresh of roll-ups or open sessions was held back. */
  readonly deferred: readonly string[]
  /** Subjects that stay out of Salesforce by rule (creation not wanted, record deleted there). */
  readonly skipped: number
}

export const EMPTY_PLAN: Plan = {
  operations: [],
  links: [],
  claims: [],
  parked: [],
  omitted: [],
  deferred: [],
  skipped: 0,
}

export const mergePlans = (plans: readonly Plan[]): Plan => ({
  operations: plans.flatMap((plan) => plan.operations),
  links: plans.flatMap((plan) => plan.links),
  claims: plans.flatMap((plan) => plan.claims),
  parked: plans.flatMap((plan) => plan.parked),
  omitted: plans.flatMap((plan) => plan.omitted),
  deferred: plans.flatMap((plan) => plan.deferred),
  skipped: plans.reduce((sum, plan) => sum + plan.skipped, 0),
})
