import type { SalesforceFailure } from './errors.ts'

/** What failures of one cause have in common: ids, values and numbers of their message do not count. */
export const signatureOf = (
  object: string,
  { code, fields, detail }: Pick<SalesforceFailure, 'code' | 'fields' | 'detail'>,
): string => [object, code, [...fields].sort().join(','), stripValues(detail)].join(' | ')

const ANY_ID = /\b[a-zA-Z0-9]{15}(?:[A-Z0-5]{3})?\b/g

/** A message without what differs from record to record, and without personal data. */
export const stripValues = (message: string): string =>
  message
    .replace(/data value too large: .*(?= \(max length)/s, 'data value too large: …')
    .replace(
      /(bad value for restricted picklist field|invalid email address|Duplicate external id specified): .*/s,
      '$1: …',
    )
    .replace(/ErrorId .*/s, 'ErrorId …')
    .replace(/(["'`])(?:(?!\1).)*\1/g, '…')
    .replace(/\S+@\S+/g, '…')
    .replace(ANY_ID, (word) => (/\d/.test(word) ? '…' : word))
    .replace(/(?<=: )\d+|\d{4,}/g, '…')
    .slice(0, 200)
    .trim()

export interface FailureGroup {
  readonly signature: string
  readonly object: string
  readonly code: string
  readonly message: string
  readonly count: number
}

export interface FailedRecord {
  readonly object: string
  readonly code: string
  readonly message: string
}

/** Failures by signature, most frequent first: what one cause did is one line. */
export function groupFailures(records: readonly FailedRecord[]): readonly FailureGroup[] {
  const groups = Map.groupBy(records, ({ object, code, message }) =>
    signatureOf(object, { code, detail: message, fields: [] }),
  )
  return [...groups]
    .flatMap(([signature, [first, ...others]]) =>
      first ? [{ ...first, signature, message: stripValues(first.message), count: others.length + 1 }] : [],
    )
    .sort((a, b) => b.count - a.count || a.signature.localeCompare(b.signature))
}
