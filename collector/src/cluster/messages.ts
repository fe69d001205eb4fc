import type { MetricObject } from '@leadline/runtime'
import type { MetricsText } from '../metrics.ts'

/** What the processes of a collector say to one another, beside the messages of every service and its parent. */
export type ToWorker =
  | { readonly type: 'snapshot'; readonly id: number }
  | { readonly type: 'metrics-of-all'; readonly id: number; readonly text: MetricsText }

export type ToPrimary =
  | { readonly type: 'snapshot'; readonly id: number; readonly metrics: readonly MetricObject[] }
  | { readonly type: 'metrics-of-all'; readonly id: number }
