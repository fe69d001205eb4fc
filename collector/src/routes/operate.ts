import { jsonAnswer, toResponse } from '../answers.ts'
import type { CollectorMetrics } from '../metrics.ts'
import type { Route } from './route.ts'

export interface OperateDeps {
  /** What keeps events from being stored, in words; empty when ready. */
  readonly findProblems: () => Promise<readonly string[]>
  readonly metrics: Pick<CollectorMetrics, 'text'>
}

const headers = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }

/** For those who run it: alive, ready, counted. */
export function operateRoutes({ findProblems, metrics }: OperateDeps): readonly Route[] {
  return [
    { method: 'GET', path: '/healthz', handle: () => toResponse(jsonAnswer(200, { alive: true }, headers)) },
    {
      method: 'GET',
      path: '/readyz',
      handle: async () => {
        const problems = await findProblems()
        const ready = problems.length === 0
        return toResponse(jsonAnswer(ready ? 200 : 503, { ready, problems }, headers))
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      handle: async () => {
        const { contentType, body } = await metrics.text()
        return new Response(body, { headers: { ...headers, 'content-type': contentType } })
      },
    },
  ]
}
