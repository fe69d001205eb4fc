import type { Log } from '@leadline/service'
import { Hono } from 'hono'
import { preflightAnswer, refusalAnswer } from './answers.ts'
import { refusal } from './refusals.ts'
import { collectRoutes, type CollectDeps } from './routes/collect.ts'
import { operateRoutes, type OperateDeps } from './routes/operate.ts'
import type { Env, Route } from './routes/route.ts'
import { tagRoutes } from './routes/serve-tag.ts'
import type { Tag } from './tag.ts'

export interface AppDeps extends CollectDeps, OperateDeps {
  readonly metrics: CollectDeps['metrics']
  readonly tag: Tag | undefined
  readonly log: Log
}

/** The collector as an app: it listens nowhere and starts nothing. */
export function createApp(deps: AppDeps): Hono<Env> {
  const routes = [...collectRoutes(deps), ...tagRoutes(deps.tag), ...operateRoutes(deps)]
  const app = new Hono<Env>({ strict: false })
  for (const { method, path, handle } of routes) app.on(method, path, handle)
  for (const [path, methods] of methodsByPath(routes)) {
    const allow = methods.join(', ')
    app.all(path, () =>
      refusalAnswer(refusal('method_not_allowed', `only ${allow} is answered here`), { allow }),
    )
  }
  app.notFound((context) =>
    context.req.method === 'OPTIONS'
      ? preflightAnswer()
      : refusalAnswer(refusal('not_found', 'nothing is served here; check the path')),
  )
  app.onError((error, context) => {
    deps.log.error('a request failed unexpectedly', error, { path: context.req.routePath })
    return refusalAnswer(refusal('internal', 'an unexpected error; send it again'))
  })
  return app
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>()
  for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method])
  return methods
}
