import { AggregatorRegistry, Registry, type MetricObject } from '@leadline/runtime'
import type { MetricsText } from '../metrics.ts'

/** The metrics of several processes as if they were one. */
export async function addUp(snapshots: readonly (readonly MetricObject[])[]): Promise<MetricsText> {
  const sum = AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot]))
  return { contentType: Registry.PROMETHEUS_CONTENT_TYPE, body: await sum.metrics() }
}
