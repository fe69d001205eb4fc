/** Topics of the stream. A version ends each name: a change that old readers cannot decode is a new topic. */

export interface TopicSpec {
  readonly name: string
  readonly partitions: number
  /** Keep the newest value of each key instead of a span of time; such a topic holds one value per record. */
  readonly compacted: boolean
  readonly retentionMs: number
}

const DAY_MS = 24 * 60 * 60 * 1000

/** Accepted requests, as envelopes. Keyed by the first event's identifier, for locality only. */
export const EVENTS_TOPIC = 'events.v1'
/** What could not be processed: original bytes, step and reason. */
export const DEAD_TOPIC = 'dead.v1'
/** Identifiers whose facts or events changed. Keyed by workspace, so that each has one reconciler. */
export const TOUCHED_TOPIC = 'identity.touched.v1'
/**
 * Identifiers whose lead changed, for whoever wants to follow that. Nothing of ours reads it. Not compacted: the ids of
 * erased people would stay in it for ever.
 */
export const CHANGES_TOPIC = 'identity.changes.v1'
/** What operators decided about identities. Keyed by workspace. */
export const CONTROL_TOPIC = 'identity.control.v1'
/** Pointers to contacts and companies whose CRM records may be out of date. */
export const CRM_WORK_TOPIC = 'crm.work.v1'

export const TOPICS: readonly TopicSpec[] = [
  { name: EVENTS_TOPIC, partitions: 8, compacted: false, retentionMs: 7 * DAY_MS },
  { name: DEAD_TOPIC, partitions: 1, compacted: false, retentionMs: 30 * DAY_MS },
  { name: TOUCHED_TOPIC, partitions: 4, compacted: false, retentionMs: 7 * DAY_MS },
  { name: CHANGES_TOPIC, partitions: 4, compacted: false, retentionMs: 30 * DAY_MS },
  { name: CONTROL_TOPIC, partitions: 1, compacted: false, retentionMs: 365 * DAY_MS },
  { name: CRM_WORK_TOPIC, partitions: 4, compacted: false, retentionMs: 7 * DAY_MS },
]

/** Consumer groups, by what they do. */
export const GROUPS = {
  store: 'resolver.store',
  reconcile: 'resolver.reconcile',
  control: 'resolver.control',
  crmSync: 'crm-sync',
} as const
