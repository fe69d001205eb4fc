import type { MetricObject } from '@leadline/runtime'
import type { FeedEntry } from '../feed/feed.ts'
import type { MetricsText } from '../metrics.ts'

/** What the processes of a collector say to one another, beside the messages of every service and its parent. */
export type ToWorker =
  | { readonly type: 'snapshot'; readonly id: number }
  | { readonly type: 'metrics-of-all'; readonly id: number; readonly text: MetricsText }
  | { readonly type: 'feed-watched'; readonly workspaces: readonly number[] }
  | FeedEntries

export type ToPrimary =
  | { readonly type: 'snapshot'; readonly id: number; readonly metrics: readonly MetricObject[] }
  | { readonly type: 'metrics-of-all'; readonly id: number }
  | { readonly type: 'feed-watching'; readonly workspaces: readonly number[] }
  | FeedEntries

interface FeedEntries {
  readonly type: 'feed-entries'
  readonly entries: readonly FeedEntry[]
}
