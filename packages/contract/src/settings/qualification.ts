import { z } from 'zod'
import { eventMatch, ruleName } from './event-match.ts'
import { actionLimits, findUrlProblem, ruleActions } from './rule-actions.ts'
import { ruleCondition } from './rule-condition.ts'

const rule = z.strictObject({
  name: ruleName,
  on: eventMatch.prefault({}).describe('Events at which it is looked at; all by default'),
  where: z.array(ruleCondition).default([]).describe('All must hold'),
  stage: z.string().min(1).max(64).default('qualified'),
  againAfterDays: z
    .number()
    .positive()
    .max(3650)
    .optional()
    .describe('Met again after this time, it fires again; without: once for ever'),
  actions: ruleActions,
})

/**
 * Rules by which a lead reaches a stage. A rule looks at each event that it is on, in order of time: the first at which
 * all conditions hold is the one it qualifies with. Counts and scores are those at that event. Of several rules that are
 * met, the last in the list gives the lead its stage.
 */
export const qualification = z
  .strictObject({
    rules: z
      .array(rule)
      .refine(
        (rules) => new Set(rules.map(({ name }) => name)).size === rules.length,
        'needs names that differ',
      )
      .default([
        {
          name: 'has a mail',
          on: {},
          where: [{ field: 'lead.email', is: 'present' }],
          stage: 'qualified',
          actions: [],
        },
      ]),
    actions: actionLimits.prefault({}).describe('Limits of what rules do'),
  })
  .superRefine(({ rules, actions: limits }, context) => {
    const targets = rules.flatMap(({ actions }, i) =>
      actions.flatMap((action, k) =>
        Object.entries(action).map(
          ([kind, target]) => [['rules', i, 'actions', k, kind, 'url'], target] as const,
        ),
      ),
    )
    for (const [path, target] of targets) {
      const problem = 'url' in target ? findUrlProblem(target.url, limits) : undefined
      if (problem !== undefined) context.addIssue({ code: 'custom', path: [...path], message: problem })
    }
  })
