import { z } from 'zod'
import { permissionSchema, sharingSchema } from './access/permission-change.ts'
import { lockSchema } from './rules/record-locks.ts'
import { assignmentRuleSchema } from './rules/assignment-rule.ts'
import { automationSchema } from './rules/automation-rule.ts'
import { duplicateRuleSchema } from './rules/duplicate-rule.ts'
import { validationRuleSchema } from './rules/validation-rule.ts'
import { componentSchema } from './metadata/component.ts'
import { bulkControlsSchema } from './bulk/bulk-controls.ts'
import { JsonCell } from './store/json-cell.ts'
import type { KeyValues } from './store/key-values.ts'
import { timerSchema } from './timers/timer.ts'
import { authSwitchesSchema } from './oauth/auth-switches.ts'
import { usageSchema } from './http/call-budget.ts'
import { limitChangeSchema } from './http/limit-change.ts'

/** What an administrator has set in the org: small durable values, read on many calls. */
export function createCells(state: KeyValues) {
  const list = <T>(key: string, schema: z.ZodType<T>): JsonCell<readonly T[]> =>
    new JsonCell<readonly T[]>(state, key, { schema: z.array(schema), empty: [] })
  return {
    duplicateRules: list('rules:duplicate', duplicateRuleSchema),
    validationRules: list('rules:validation', validationRuleSchema),
    assignmentRules: list('rules:assignment', assignmentRuleSchema),
    automations: list('rules:automation', automationSchema),
    locks: list('locks', lockSchema),
    timers: list('timers', timerSchema),
    permissions: list('permissions', permissionSchema),
    components: list('metadata', componentSchema),
    bulk: new JsonCell(state, 'bulk', { schema: bulkControlsSchema, empty: bulkControlsSchema.parse({}) }),
    usage: new JsonCell(state, 'usage', { schema: usageSchema, empty: {} }),
    sharing: new JsonCell(state, 'sharing', { schema: sharingSchema, empty: {} }),
    limits: new JsonCell(state, 'limits', { schema: limitChangeSchema, empty: {} }),
    auth: new JsonCell(state, 'auth', {
      schema: authSwitchesSchema,
      empty: authSwitchesSchema.parse({}),
    }),
  }
}

export type Cells = ReturnType<typeof createCells>
