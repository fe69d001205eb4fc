import { Hono } from 'hono'
import { refusalAnswer, toResponse } from './answers.ts'
import { refusal } from './refusals.ts'
import { collectRoutes, type CollectDeps } from './routes/collect.ts'
import { operateRoutes, type OperateDeps } from './routes/operate.ts'
import { edgeRoutes, type EdgeRouteDeps } from './routes/edge.ts'
import { feedRoutes, type FeedDeps } from './routes/feed.ts'
import type { Env, Route } from './routes/route.ts'
import { sdkSettingsRoutes, type SdkSettingsDeps } from './routes/sdk-settings.ts'
import { tagRoutes, type ServedScripts, type TagPlace } from './routes/serve-tag.ts'

export interface AppDeps
  extends CollectDeps, OperateDeps, SdkSettingsDeps, FeedDeps, EdgeRouteDeps, TagPlace, ServedScripts {
  readonly metrics: CollectDeps['metrics']
}

/** The collector as an app: it listens nowhere and starts nothing. */
export function createApp(deps: AppDeps): Hono<Env> {
  const routes = [
    ...collectRoutes(deps),
    ...sdkSettingsRoutes(deps),
    ...feedRoutes(deps),
    ...edgeRoutes(deps),
    ...tagRoutes(deps, deps),
    ...operateRoutes(deps),
  ]
  const app = new Hono<Env>({ strict: false })
  for (const { method, path, handle } of routes) app.on(method, path, handle)
  const methods = methodsByPath(routes)
  // Here and not as a handler of its own path: a path with two handlers leaves the router's quick way.
  app.notFound((context) => unmatched(methods.get(context.req.path)))
  app.onError((error, context) => {
    deps.log.error('a request failed unexpectedly', error, { path: context.req.routePath })
    return toResponse(refusalAnswer(refusal('internal', 'an unexpected error; send it again')))
  })
  return app
}

function unmatched(methods: readonly string[] | undefined): Response {
  if (methods === undefined)
    return toResponse(refusalAnswer(refusal('not_found', 'nothing is served here; check the path')))
  const allow = methods.join(', ')
  return toResponse(refusalAnswer(refusal('method_not_allowed', `only ${allow} is answered here`), { allow }))
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>()
  for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method])
  return methods
}
