import { toDateTimeText } from '../clock.ts'
import { CLOSED_TASK_STATUS, OPPORTUNITY_STAGES } from '../schema/standard/picklists.ts'
import type { FieldValue, FieldValues } from '../store/stored-record.ts'

type Derive = (values: FieldValues, nowMs: number) => Record<string, FieldValue>

/** Fields the org works out itself when a record is saved. */
export function deriveValues(
  objectName: string,
  values: FieldValues,
  nowMs: number,
): Record<string, FieldValue> {
  return DERIVED[objectName]?.(values, nowMs) ?? {}
}

const toFullName: Derive = (values) => ({
  Name: [values['FirstName'], values['LastName']].filter((part) => typeof part === 'string').join(' '),
})

const DERIVED: Readonly<Record<string, Derive>> = {
  Lead: toFullName,
  Contact: toFullName,
  User: toFullName,
  Account: (values, nowMs) => (values['IsPersonAccount'] === true ? toFullName(values, nowMs) : {}),
  CampaignMember: (values) => ({ HasResponded: values['Status'] === 'Responded' }),
  Task: (values, nowMs) => {
    const isClosed = values['Status'] === CLOSED_TASK_STATUS
    const completed = isClosed ? (values['CompletedDateTime'] ?? toDateTimeText(nowMs)) : null
    return { IsClosed: isClosed, CompletedDateTime: completed }
  },
  Opportunity: (values) => {
    const stage = OPPORTUNITY_STAGES.find((entry) => entry.value === values['StageName'])
    return {
      IsClosed: stage?.closed ?? false,
      IsWon: stage?.won ?? false,
      Probability: values['Probability'] ?? stage?.probability ?? null,
    }
  },
}
