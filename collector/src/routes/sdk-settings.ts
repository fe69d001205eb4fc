import type { Context } from 'hono'
import { jsonAnswer, preflightAnswer, refusalAnswer, toResponse, type Answer } from '../answers.ts'
import { parseAuthorization } from '../authorize.ts'
import type { Keys } from '../keys.ts'
import { refusal } from '../refusals.ts'
import type { Env, Route } from './route.ts'

export interface SdkSettingsDeps {
  readonly keys: Keys
  /** What pages are told; without it the address that they asked. */
  readonly publicUrl?: string | undefined
  readonly pathPrefix: string
}

/** What other systems' libraries ask for before they send their first event. */
export function sdkSettingsRoutes(deps: SdkSettingsDeps): readonly Route[] {
  const asked: readonly (readonly [string, (context: Context<Env>) => Answer])[] = [
    ['/v1/projects/:key/settings', (context) => segmentSettings(context, deps)],
    ['/sourceConfig', (context) => rudderstackConfig(context, deps)],
    ['/event/auth/sdk', (context) => ripeKeyCheck(context, deps)],
  ]
  const prefixes = deps.pathPrefix === '' ? [''] : ['', deps.pathPrefix]
  return asked.flatMap(([path, answer]) =>
    prefixes.flatMap((prefix): Route[] => [
      { method: 'GET', path: prefix + path, handle: (context) => toResponse(answer(context)) },
      { method: 'OPTIONS', path: prefix + path, handle: () => toResponse(preflightAnswer) },
    ]),
  )
}

/** Keys change with the settings file: a page may keep what it was told for five minutes. */
const cached = { 'cache-control': 'public, max-age=300' }

/** analytics-next: without `integrations["Segment.io"]` it sends nothing. */
function segmentSettings(context: Context<Env>, deps: SdkSettingsDeps): Answer {
  const key = context.req.param('key') ?? ''
  if (deps.keys.find(key)?.trust !== 'public') return unknownKey()
  const { host, protocol } = addressOf(context, deps)
  return jsonAnswer(
    200,
    {
      integrations: {
        'Segment.io': {
          apiKey: key,
          apiHost: `${host}/v1`,
          protocol,
          unbundledIntegrations: [],
          addBundledMetadata: false,
          maybeBundledConfigIds: {},
          versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
        },
      },
      plan: { track: { __default: { enabled: true } }, identify: { __default: { enabled: true } } },
      edgeFunction: {},
      analyticsNextEnabled: true,
      middlewareSettings: {},
      enabledMiddleware: {},
      metrics: { sampleRate: 0 },
      legacyVideoPluginsEnabled: false,
      remotePlugins: [],
    },
    cached,
  )
}

/** RudderStack: the source without destinations, so that everything goes to the data plane, which is here. */
function rudderstackConfig(context: Context<Env>, { keys }: SdkSettingsDeps): Answer {
  const key = context.req.query('writeKey') ?? parseAuthorization(context.req.header('authorization'))
  if (key === undefined) return missingKey()
  const found = keys.find(key)
  if (found?.trust !== 'public') return unknownKey()
  const off = { enabled: false }
  return jsonAnswer(
    200,
    {
      source: {
        id: found.name,
        name: found.name,
        writeKey: key,
        enabled: true,
        workspaceId: String(found.workspace),
        config: { statsCollection: { errors: off, metrics: off } },
        destinations: [],
        dataplanes: {},
      },
    },
    cached,
  )
}

/** Segment's Ripe destination tests its connection so. */
function ripeKeyCheck(context: Context<Env>, { keys }: SdkSettingsDeps): Answer {
  const key = parseAuthorization(context.req.header('authorization'))
  if (key === undefined) return missingKey()
  return keys.find(key) === undefined ? unknownKey() : jsonAnswer(200, { success: true })
}

const missingKey = (): Answer => refusalAnswer(refusal('missing_key', 'no key; send Authorization: Basic'))

const unknownKey = (): Answer =>
  refusalAnswer(refusal('unknown_key', 'the key is not known here; check it and the host'))

function addressOf(
  context: Context<Env>,
  { publicUrl, pathPrefix }: SdkSettingsDeps,
): { readonly host: string; readonly protocol: string } {
  const { host, protocol, pathname } = new URL(publicUrl ?? context.req.url)
  const prefix =
    publicUrl === undefined ? pathPrefixOf(context.req.path, pathPrefix) : pathname.replace(/\/$/, '')
  return { host: host + prefix, protocol: protocol.replace(':', '') }
}

const pathPrefixOf = (path: string, prefix: string): string =>
  prefix !== '' && path.startsWith(`${prefix}/`) ? prefix : ''
