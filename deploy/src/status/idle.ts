import type { Lag } from '@leadline/stream'
import type { ServiceReport } from '@leadline/runtime'
import type { PartState } from '../supervisor/part.ts'

/** Lag of each group, by partition. */
export type GroupLags = Readonly<Record<string, Lag>>

export interface IdleEvidence {
  readonly before: GroupLags
  /** Of the parts between the collector's door and the CRM; undefined: no answer. Asked for after `before` was read. */
  readonly reports: readonly (ServiceReport | undefined)[]
  /** Read after the reports came in. */
  readonly after: GroupLags
  readonly parts: readonly PartState[]
}

/**
 * Nothing is behind, due or in flight. What moves through the parts lies in a topic until the next part has it, so it
 * shows as lag of one group or the other; a request in the collector's hands shows in its report. Lags on both sides of
 * the reports catch what moves from a part that was not asked yet to one that was.
 */
export const isIdle = ({ before, reports, after, parts }: IdleEvidence): boolean =>
  isCaughtUp(before) &&
  reports.every((report) => report?.idle === true) &&
  isCaughtUp(after) &&
  parts.every(({ phase }) => phase === 'ready')

const isCaughtUp = (lags: GroupLags): boolean =>
  Object.values(lags).every((lag) => Object.values(lag).every((behind) => behind === 0))
