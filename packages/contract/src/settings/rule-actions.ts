import { z } from 'zod'
import { isTemplate, TEMPLATE_NAMES } from './message-template.ts'

const name = z
  .string()
  .regex(/^[\w .:-]{1,64}$/)
  .optional()
  .describe('In the log, and what a delivery is known by; by default the host of the address')

const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/
const LEAST_BYTES = 24
const MOST_BYTES = 64

function isSecret(text: string): boolean {
  const bytes = Buffer.from(SECRET.exec(text)?.[1] ?? '', 'base64').length
  return bytes >= LEAST_BYTES && bytes <= MOST_BYTES
}

const OURS =
  /^(?:webhook-.*|host|connection|content-.*|transfer-encoding|expect|upgrade|user-agent|te|trailer)$/i
const header = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .refine((text) => !OURS.test(text), 'needs a header that we do not set ourselves')

const webhook = z
  .strictObject({
    name,
    url: z.string().min(1).describe('https address that the message is posted to'),
    secret: z
      .string()
      .refine(isSecret, `needs whsec_ and ${LEAST_BYTES} to ${MOST_BYTES} bytes in base64`)
      .describe('Secret; signs each message (Standard Webhooks)'),
    headers: z
      .record(header, z.string().regex(/^[\x20-\x7e]*$/))
      .default({})
      .describe('Sent with each message'),
  })
  .describe('A signed message to an address')

const TEMPLATE = `needs names in {{ }} that are known: ${TEMPLATE_NAMES.join(', ')}`
const template = z.string().min(1).max(3000).refine(isTemplate, TEMPLATE)

const isFilled = (value: unknown): boolean =>
  typeof value === 'string'
    ? isTemplate(value)
    : typeof value !== 'object' || value === null || Object.values(value).every(isFilled)

const slack = z
  .strictObject({
    name,
    url: z.string().min(1).describe('Secret; address of an incoming webhook of Slack'),
    text: template
      .default('{{lead.name}} ({{lead.email}}, {{company.name}}) is {{stage}}')
      .describe('Message in mrkdwn; {{lead.email}} and the like stand for values'),
    blocks: z
      .array(z.record(z.string(), z.json()).refine(isFilled, TEMPLATE))
      .max(50)
      .optional()
      .describe('Blocks of Slack; the text is then what notifications show'),
  })
  .describe('A message to a channel')

const assignOwner = z
  .strictObject({
    email: z.email().optional().describe('Owner in the CRM'),
    roundRobin: z.array(z.email()).min(1).optional().describe('One after the other, in order of firing'),
  })
  .refine(({ email, roundRobin }) => (email === undefined) !== (roundRobin === undefined), {
    error: 'needs either email or roundRobin',
  })
  .describe('Who owns the CRM record that is made of the lead; one that exists keeps its owner')

const ruleAction = z.union([
  z.strictObject({ webhook }),
  z.strictObject({ slack }),
  z.strictObject({ assignOwner }),
])
type Action = z.output<typeof ruleAction>

/** What an action is known by within its rule, whatever its place in the list. */
export function toActionName(action: Action): string {
  if ('assignOwner' in action) return 'owner'
  const [kind, target] =
    'webhook' in action ? (['webhook', action.webhook] as const) : (['slack', action.slack] as const)
  return `${kind} ${target.name ?? URL.parse(target.url)?.hostname ?? ''}`
}

/** What happens when a rule fires, once. */
export const ruleActions = z
  .array(ruleAction)
  .max(20)
  .refine((actions) => new Set(actions.map(toActionName)).size === actions.length, {
    error: 'needs names that differ (name:, where two go to one host), and one owner at most',
  })
  .default([])
  .describe('What happens when it fires: webhook, slack, assignOwner')

/** For the actions of all rules. */
export const actionLimits = z.strictObject({
  maxAgeHours: z
    .number()
    .positive()
    .max(87_600)
    .default(24)
    .describe(
      'A rule that is met by an event older than this does not act: what is late or imported is no news',
    ),
  allowPrivateNetworks: z
    .boolean()
    .default(false)
    .describe('Accept addresses of this machine and of private networks, and http to them'),
})

/** What is wrong with an address, or undefined. Where it leads to is looked at when it is connected to. */
export function findUrlProblem(url: string, { allowPrivateNetworks }: z.output<typeof actionLimits>) {
  const parsed = URL.parse(url)
  const isKnown = parsed?.protocol === 'https:' || (allowPrivateNetworks && parsed?.protocol === 'http:')
  if (!parsed || !isKnown)
    return allowPrivateNetworks ? 'needs an http or https address' : 'needs an https address'
  return parsed.username || parsed.password ? 'needs an address without user and password' : undefined
}
