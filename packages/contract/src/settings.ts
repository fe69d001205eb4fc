import { z } from 'zod'
import { collector } from './settings/collector.ts'
import { port } from './settings/fields.ts'
import { metrics } from './settings/metrics.ts'
import { stream } from './settings/stream.ts'
import { warehouse } from './settings/warehouse.ts'
import { workspace } from './settings/workspace.ts'

export { fillTemplate } from './settings/message-template.ts'
export { toActionName } from './settings/rule-actions.ts'
export { STRATEGIES, TRANSFORMS } from './settings/salesforce-mapping.ts'

/**
 * The schema of `leadline.yaml`, a file for each section. Every key has a meaning, a type and a default; unknown keys
 * are errors. Secrets come by reference to the environment (`${NAME}`), which packages/config resolves first.
 */
export const settingsSchema = z.strictObject({
  workspaces: z.array(workspace).min(1),
  collector: collector.prefault({}),
  console: z.strictObject({ port: port.default(4401) }).prefault({}),
  resolver: metrics.prefault({}),
  crmSync: metrics.prefault({}),
  stream,
  warehouse,
})

/** `leadline.yaml` after defaults: what every service starts from. */
export type Settings = z.output<typeof settingsSchema>
export type WorkspaceSettings = Settings['workspaces'][number]
export type CollectorSettings = Settings['collector']
export type CrmSettings = NonNullable<WorkspaceSettings['crm']>
/** One line of the mapping. */
export type FieldMapping = CrmSettings['fields'][number]
/** One condition over a source of the mapping. */
export type CrmCondition = CrmSettings['only']['where'][number]
export type ScoreSettings = WorkspaceSettings['score']
export type QualificationRule = WorkspaceSettings['qualification']['rules'][number]
export type QualificationCondition = QualificationRule['where'][number]
export type RuleAction = QualificationRule['actions'][number]
export type WebhookTarget = Extract<RuleAction, { webhook: unknown }>['webhook']
export type SlackTarget = Extract<RuleAction, { slack: unknown }>['slack']
export type EventMatch = QualificationRule['on']
export type IdentityLimits = WorkspaceSettings['identity']
