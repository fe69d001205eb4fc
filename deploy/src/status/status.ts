import { z } from 'zod'

const counts = z.record(z.string(), z.number())

export const statusSchema = z.object({
  pid: z.number(),
  /** `starting` until everything is ready, `stopping` from the first signal on. */
  phase: z.enum(['starting', 'running', 'stopping']),
  idle: z.boolean(),
  steps: z.object({
    accepted: z.number(),
    stored: z.number(),
    resolved: z.number(),
    waiting: z.number(),
    parked: z.number(),
    dead: z.number(),
  }),
  lag: z.record(z.string(), counts),
  /** What could not be asked (then `idle` is false and what is missing is empty), and what holds a part up. */
  problems: z.array(z.string()),
  parts: z.array(
    z.object({
      name: z.string(),
      phase: z.enum(['starting', 'ready', 'waiting', 'stopping', 'stopped']),
      pid: z.number().nullable(),
      url: z.string().nullable(),
      restarts: z.number(),
      lastProblem: z.string().nullable(),
    }),
  ),
  /** Null while the warehouse cannot be asked. */
  records: z
    .object({
      leads: z.object({ all: z.number(), identified: z.number(), qualified: z.number() }),
      companies: z.number(),
      sessions: z.number(),
      /** Records in the CRM, by object. */
      links: counts,
      /** Deliveries to the CRM, by outcome. */
      deliveries: counts,
      /** Failed deliveries, by code. */
      failures: counts,
      latest: z.array(
        z.object({
          at: z.string(),
          direction: z.string(),
          object: z.string(),
          operation: z.string(),
          outcome: z.string(),
          code: z.string(),
          kind: z.string(),
          id: z.string(),
        }),
      ),
    })
    .nullable(),
  /** Only when one was asked for. */
  person: z
    .object({
      lead: z.string().nullable(),
      company: z.string().nullable(),
      crm: z.object({ object: z.string(), url: z.string(), status: z.string() }).nullable(),
      reason: z.string().nullable(),
    })
    .optional(),
})

/** What `leadline status --json` prints. */
export type Status = z.output<typeof statusSchema>
export type StatusRecords = NonNullable<Status['records']>
