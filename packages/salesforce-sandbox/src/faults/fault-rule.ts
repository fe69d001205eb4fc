import { z } from 'zod'

const match = z.strictObject({
  method: z.string().optional(),
  /** Regular expression over the path with its query. */
  path: z.string().optional(),
  object: z.string().optional(),
  op: z.string().optional(),
  /** `Field=value` of the record; only with `scope: "record"`. */
  recordKey: z.string().optional(),
  /** Id of the calling user. */
  user: z.string().optional(),
})

const action = z.discriminatedUnion('type', [
  /** `request` answers the whole call with the error; `record` fails matching records inside any kind of write. */
  z.strictObject({
    type: z.literal('error'),
    code: z.string(),
    message: z.string().optional(),
    status: z.number().int().optional(),
    scope: z.enum(['request', 'record']).default('request'),
  }),
  z.strictObject({
    type: z.literal('http'),
    status: z.number().int().min(200).max(599),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.string().default(''),
  }),
  z.strictObject({ type: z.literal('html503') }),
  /** Waits in real time, then carries on. */
  z.strictObject({ type: z.literal('delay'), ms: z.number().int().min(0).max(600_000) }),
  /** Closes the connection; nothing is done. */
  z.strictObject({ type: z.literal('dropBefore') }),
  /** Does and commits the work, then closes the connection without an answer. */
  z.strictObject({ type: z.literal('dropAfter') }),
])

export const faultRuleSchema = z.strictObject({
  id: z.string().optional(),
  match: match.default({}),
  /** Matches that pass untouched first. */
  after: z.number().int().min(0).default(0),
  /** Matches that are hit; null for all that follow. */
  times: z.number().int().positive().nullable().default(1),
  /** Hit only each n-th match. */
  every: z.number().int().positive().nullable().default(null),
  action,
})

export type FaultRule = z.infer<typeof faultRuleSchema>
export type FaultAction = FaultRule['action']
