import type { FieldMapping } from '@leadline/contract'
import { DEFAULT_LINES } from './default-mapping.ts'
import type { FieldRule } from './field-mapping.ts'
import { isBlank, type FieldValue } from './field-values.ts'
import { isReference, type CrmObject, type PlannedValue } from './operation.ts'
import type { Sources } from './sources.ts'
import { transformText } from './transforms.ts'

/** Rules of each object, in the order of the mapping. */
export type Mapping = Readonly<Record<CrmObject, readonly FieldRule[]>>

/** The shipped mapping with the workspace's own lines: a line replaces what is shipped for the same field. */
export function compileMapping(own: readonly FieldMapping[]): Mapping {
  const rules = new Map<string, FieldRule & { readonly object: string }>()
  const lines = [
    ...DEFAULT_LINES.map((line) => ({ line, isShipped: true })),
    ...own.map((line) => ({ line, isShipped: false })),
  ]
  for (const { line, isShipped } of lines)
    for (const target of [line.to].flat()) {
      const [object = '', field = ''] = target.split('.')
      rules.set(target.toLowerCase(), { object, ...toRule(line, field), isShipped })
    }
  const of = (object: CrmObject): readonly FieldRule[] =>
    [...rules.values()].filter((rule) => rule.object === object && rule.policy !== 'never')
  return {
    Lead: of('Lead'),
    Contact: of('Contact'),
    Account: of('Account'),
    Leadline_Activity__c: of('Leadline_Activity__c'),
    Task: of('Task'),
    Campaign: [],
    CampaignMember: [],
    Opportunity: [],
    OpportunityContactRole: [],
  }
}

const toRule = (line: FieldMapping, field: string): Omit<FieldRule, 'isShipped'> => ({
  field,
  value: (sources) => valueOf(line, sources),
  statedMs: (sources) => sources.statedMs(line.from ?? ''),
  policy: line.strategy,
  rollup: line.rollup,
  clear: line.clear,
})

function valueOf(line: FieldMapping, sources: Sources): PlannedValue {
  const raw =
    line.template === undefined ? sources.read(line.from ?? '') : fillTemplate(line.template, sources)
  if (isReference(raw)) return raw
  const value = typeof raw === 'string' ? transformText(raw, line.transform) : raw
  const mapped = translate(value, line.values)
  return isBlank(mapped) ? (line.default ?? null) : mapped
}

/** Text around sources that are all empty says nothing. */
export function fillTemplate(template: string, sources: Sources): string {
  let found = false
  const text = template.replace(/\{([^{}]+)\}/g, (_, path: string) => {
    const value = sources.read(path.trim())
    if (isReference(value) || isBlank(value)) return ''
    found = true
    return String(value)
  })
  return found || !template.includes('{') ? text.replace(/\s+/g, ' ').trim() : ''
}

function translate(value: FieldValue, values: FieldMapping['values']): FieldValue {
  if (isBlank(value) || Object.keys(values).length === 0) return value
  const wanted = String(value).toLowerCase()
  const entry = Object.entries(values).find(([from]) => from.toLowerCase() === wanted)
  return entry?.[1] ?? values['*'] ?? value
}
