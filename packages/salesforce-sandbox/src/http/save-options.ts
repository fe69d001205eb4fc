import type { SaveOptions } from '../dml/dml-result.ts'
import { toRecordId } from '../store/record-id.ts'
import { headerOf, readOptions, type HttpRequest } from './http-request.ts'

/** Sforce-Duplicate-Rule-Header and Sforce-Auto-Assign. */
export function readSaveOptions(request: HttpRequest): SaveOptions {
  const duplicates = readOptions(request, 'sforce-duplicate-rule-header')
  return {
    allowDuplicates: duplicates.get('allowsave') === 'true',
    showDuplicates: duplicates.get('includerecorddetails') === 'true',
    autoAssign: readAutoAssign(headerOf(request, 'sforce-auto-assign')),
  }
}

/** TRUE, FALSE, or the id of a rule. */
function readAutoAssign(header = 'TRUE'): boolean | string {
  if (/^(true|false)$/i.test(header)) return header.toLowerCase() === 'true'
  return toRecordId(header) ?? true
}
