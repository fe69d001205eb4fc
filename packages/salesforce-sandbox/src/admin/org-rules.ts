import type { z } from 'zod'
import type { Org } from '../org.ts'
import { assignmentRuleSchema } from '../rules/assignment-rule.ts'
import { automationSchema } from '../rules/automation-rule.ts'
import { duplicateRuleSchema } from '../rules/duplicate-rule.ts'
import { validationRuleSchema } from '../rules/validation-rule.ts'
import { changeRecord } from '../dml/write-record.ts'
import { insertSetup, systemActor } from '../store/load-fixtures.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import { AdminError } from './admin-error.ts'

export type DuplicateInput = z.input<typeof duplicateRuleSchema>
export type ValidationInput = z.input<typeof validationRuleSchema>
export type AssignmentInput = z.input<typeof assignmentRuleSchema>
export type AutomationInput = z.input<typeof automationSchema>

export const RULE_KINDS = ['duplicate', 'validation', 'assignment', 'automation'] as const
export type RuleKind = (typeof RULE_KINDS)[number]

interface RuleList {
  list(): readonly { readonly name: string }[]
  /** Replaces the rule of the same name. */
  add(rule: unknown): void
  /** One rule by name, or all. */
  remove(name?: string): void
}

/** The rules of one kind that an administrator has set up. */
export function rulesOf(org: Org, kind: string): RuleList {
  const { cells } = org
  switch (kind) {
    case 'duplicate':
      return toList(cells.duplicateRules, duplicateRuleSchema)
    case 'validation':
      return toList(cells.validationRules, validationRuleSchema)
    case 'assignment':
      return asRecords(org, toList(cells.assignmentRules, assignmentRuleSchema))
    case 'automation':
      return toList(cells.automations, automationSchema)
    default:
      throw new AdminError(`there are no ${kind} rules: use one of ${RULE_KINDS.join(', ')}`)
  }
}

function toList<Rule extends { readonly name: string }>(
  cell: { get(): readonly Rule[]; set(rules: readonly Rule[]): void },
  schema: z.ZodType<Rule>,
): RuleList {
  return {
    list: () => cell.get(),
    add: (given) => {
      const rule = schema.parse(given)
      cell.set([...cell.get().filter(({ name }) => name !== rule.name), rule])
    },
    remove: (name) => cell.set(name === undefined ? [] : cell.get().filter((rule) => rule.name !== name)),
  }
}

/** Clients find assignment rules by a query, and name them by their id. */
function asRecords(org: Org, rules: RuleList): RuleList {
  const dml = systemActor(org)
  const object = org.schema.object('AssignmentRule')
  const living = (): readonly StoredRecord[] =>
    [...org.store.all('AssignmentRule')].filter(({ deletedAtMs }) => deletedAtMs === null)
  return {
    list: () => rules.list(),
    add(given) {
      rules.add(given)
      const { name, object: SobjectType, active } = assignmentRuleSchema.parse(given)
      const known = living().find(({ values }) => values['Name'] === name)
      if (object && known) changeRecord(dml, known, { object, values: { Active: active } })
      else insertSetup(org, 'AssignmentRule', { Name: name, SobjectType, Active: active })
    },
    remove(name) {
      rules.remove(name)
      for (const record of living())
        if (object && (name === undefined || record.values['Name'] === name))
          changeRecord(dml, record, { object, values: {}, event: 'delete', deletedAtMs: org.clock.nowMs() })
    },
  }
}
