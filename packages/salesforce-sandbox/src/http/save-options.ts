import type { SaveOptions } from '../dml/dml-result.ts'
import { headerOf, readOptions, type HttpRequest } from './http-request.ts'

/** Sforce-Duplicate-Rule-Header and Sforce-Auto-Assign. */
export function readSaveOptions(request: HttpRequest): SaveOptions {
  const duplicates = readOptions(request, 'sforce-duplicate-rule-header')
  return {
    allowDuplicates: duplicates.get('allowsave') === 'true',
    showDuplicates: duplicates.get('includerecorddetails') === 'true',
    autoAssign: headerOf(request, 'sforce-auto-assign')?.toLowerCase() !== 'false',
  }
}
