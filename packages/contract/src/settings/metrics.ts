import { z } from 'zod'
import { port } from './fields.ts'

/** Of services that have no door of their own. The collector's are at its port. */
export const metrics = z.strictObject({
  metricsPort: port
    .nullable()
    .default(null)
    .describe(
      'Port of 127.0.0.1 at which Prometheus finds /metrics; 0 picks a free one, null: none. Each process needs its own',
    ),
})
