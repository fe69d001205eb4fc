import { z } from 'zod'

const match = z.strictObject({
  method: z.string().optional(),
  /** Regular expression over the path with its query. */
  path: z.string().optional(),
  object: z.string().optional(),
  op: z.string().optional(),
  /** `Field=value` of the record; only with `scope: "record"`. */
  recordKey: z.string().optional(),
  /** Only when more records than this are saved together; only with `scope: "record"`. */
  aboveRows: z.number().int().min(0).optional(),
  /** Id of the calling user. */
  user: z.string().optional(),
})

const plainAction = z.discriminatedUnion('type', [
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
  /** Waits in real time, then carries on. With `isVirtual` the org's clock moves instead. */
  z.strictObject({
    type: z.literal('delay'),
    ms: z.number().int().min(0).max(600_000),
    isVirtual: z.boolean().default(false),
  }),
  /** Closes the connection; nothing is done. */
  z.strictObject({ type: z.literal('dropBefore') }),
  /** Does and commits the work, then closes the connection without an answer. */
  z.strictObject({ type: z.literal('dropAfter') }),
  /** The answer ends early, as if that were all of it. */
  z.strictObject({ type: z.literal('truncate'), bytes: z.number().int().min(0) }),
  /** The connection breaks in the middle of the answer. */
  z.strictObject({ type: z.literal('reset') }),
  /** The answer comes in small pieces with a pause before each. */
  z.strictObject({ type: z.literal('slowDrip'), pauseMs: z.number().int().min(0).default(20) }),
  z.strictObject({ type: z.literal('badContentType'), contentType: z.string().default('text/html') }),
  z.strictObject({ type: z.literal('emptyBody200') }),
  /** Queries and searches answer from so many seconds ago. */
  z.strictObject({ type: z.literal('staleRead'), seconds: z.number().int().min(0) }),
  /** Query answers miss records saved in the last seconds. */
  z.strictObject({ type: z.literal('dropRows'), seconds: z.number().int().min(0) }),
  /** Collection results come in another order. */
  z.strictObject({ type: z.literal('resultPermute') }),
  /** A query says one more than it found; a collection answers one result fewer. */
  z.strictObject({ type: z.literal('wrongCount') }),
  /** The Date header is off. */
  z.strictObject({ type: z.literal('dateSkew'), minutes: z.number() }),
  /** Sforce-Limit-Info says this. */
  z.strictObject({ type: z.literal('limitInfo'), value: z.string() }),
])

const rate = z.number().min(0).max(1)

/** Draws for each request whether and which of these happens. */
const chaosAction = z.strictObject({
  type: z.literal('chaos'),
  seed: z.number().int(),
  rates: z.strictObject({
    html503: rate.default(0),
    dropBefore: rate.default(0),
    dropAfter: rate.default(0),
    reset: rate.default(0),
    truncate: rate.default(0),
    lock: rate.default(0),
    session: rate.default(0),
  }),
})

/** The first attempt at each request is done and never answered; the same request again is answered. */
const lostOnceAction = z.strictObject({ type: z.literal('duplicateResponseLost') })

const action = z.union([plainAction, chaosAction, lostOnceAction])

export const faultRuleSchema = z.strictObject({
  id: z.string().optional(),
  match: match.default({}),
  /** `after`: an error of the whole call is answered once its work is done and committed. */
  phase: z.enum(['before', 'after']).default('before'),
  /** Matches that pass untouched first. */
  after: z.number().int().min(0).default(0),
  /** Matches that are hit; null for all that follow. */
  times: z.number().int().positive().nullable().default(1),
  /** Hit only each n-th match. */
  every: z.number().int().positive().nullable().default(null),
  /** Share of the matches that are hit, drawn from a fixed seed. */
  probability: rate.default(1),
  /** Acts only between these times of the org's clock. */
  window: z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() }).nullable().default(null),
  action,
})

export type FaultRule = z.infer<typeof faultRuleSchema>
export type FaultAction = z.infer<typeof plainAction>
export type ChaosAction = z.infer<typeof chaosAction>
