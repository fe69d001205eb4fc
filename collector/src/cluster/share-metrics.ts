import cluster from 'node:cluster'
import type { MetricObject } from '@leadline/runtime'
import type { MetricsText } from '../metrics.ts'
import type { ToPrimary, ToWorker } from './messages.ts'
import { createPending } from './pending.ts'

const ANSWER_LIMIT_MS = 5000

/** In a process among several: hands out its own metrics when asked, and returns what asks for those of all. */
export function shareMetrics(snapshot: () => Promise<readonly MetricObject[]>): () => Promise<MetricsText> {
  const asked = createPending<MetricsText>(ANSWER_LIMIT_MS)
  const send = (message: ToPrimary): void => void cluster.worker?.send(message)
  const handOut = async (id: number): Promise<void> =>
    send({ type: 'snapshot', id, metrics: await snapshot() })
  process.on('message', (message: ToWorker) => {
    if (message.type === 'snapshot') void handOut(message.id)
    else if (message.type === 'metrics-of-all') asked.settle(message.id, message.text)
  })
  return () => asked.ask((id) => send({ type: 'metrics-of-all', id }))
}
