import type { Context } from 'hono'
import { jsonAnswer, toResponse } from '../answers.ts'
import { renewCookie } from '../first-party-cookie.ts'
import type { Tag, TagEncoding } from '../tag.ts'
import { toEventRequest, type Env, type Route } from './route.ts'

/** Where the tag is served beside its usual place, and whether its cookie is renewed with it. */
export interface TagPlace {
  readonly scriptName: string
  readonly pathPrefix: string
  readonly cookie: { readonly renew: boolean; readonly domain?: string | undefined }
}

export interface ServedScripts {
  readonly tag: Tag | undefined
  /** By name: what the build puts beside the tag. */
  readonly scriptsBeside: ReadonlyMap<string, Tag>
}

const USUAL_NAME = 'leadline.js'
const YEAR_SECONDS = 365 * 24 * 60 * 60
const IMMUTABLE = `public, max-age=${YEAR_SECONDS}, immutable`
const SHORT = 'max-age=300'

/** The tag and what belongs to it, under stable names and under those that name their content. */
export function tagRoutes({ tag, scriptsBeside }: ServedScripts, place: TagPlace): readonly Route[] {
  const names = [...new Set([USUAL_NAME, place.scriptName])]
  const folders = [...new Set(['', place.pathPrefix])]
  const ripe = scriptsBeside.get('ripe.js')
  return [
    ...folders.flatMap((folder) => [
      ...names.flatMap((name) => routesOf(`${folder}/${name}`, tag, place)),
      ...[...scriptsBeside].flatMap(([name, script]) =>
        namesBeside(name, place.scriptName).flatMap((own) => routesOf(`${folder}/${own}`, script, place)),
      ),
    ]),
    ...(ripe === undefined ? [] : ripeRoutes(ripe)),
  ]
}

/** `leadline-vitals.js`, and `shop-vitals.js` where the tag is `shop.js`. */
const namesBeside = (name: string, scriptName: string): readonly string[] => [
  ...new Set([name, name.replace(/^leadline(?=-)/, scriptName.replace(/\.js$/, ''))]),
]

/** The two requests of Ripe's own loader: which version there is, and its script. */
const ripeRoutes = (script: Tag): readonly Route[] => [
  { method: 'GET', path: '/sdk%2Fversion.txt', handle: (context) => context.text(script.hash) },
  { method: 'GET', path: '/sdk/version.txt', handle: (context) => context.text(script.hash) },
  {
    method: 'GET',
    path: '/sdk/:version/sdk.umd.js',
    handle: (context) => serveTag(context, script, { 'cache-control': `public, ${SHORT}` }),
  },
  {
    method: 'GET',
    path: `/:file{sdk%2F[^/]+%2Fsdk\\.umd\\.js}`,
    handle: (context) => serveTag(context, script, { 'cache-control': `public, ${SHORT}` }),
  },
]

function routesOf(path: string, tag: Tag | undefined, { cookie }: TagPlace): readonly Route[] {
  if (tag === undefined) return [{ method: 'GET', path, handle: notConfigured }]
  const hashed = path.replace(/js$/, `${tag.hash}.js`)
  return [
    {
      method: 'GET',
      path,
      handle(context) {
        const renewed = cookie.renew ? renewCookie(toEventRequest(context), cookie.domain) : []
        // A shared cache that kept it would give one visitor's cookie to the next.
        const scope = renewed.length > 0 ? 'private' : 'public'
        return serveTag(context, tag, { 'cache-control': `${scope}, ${SHORT}`, cookies: renewed })
      },
    },
    {
      method: 'GET',
      path: hashed,
      handle: (context) => serveTag(context, tag, { 'cache-control': IMMUTABLE }),
    },
  ]
}

const notConfigured = (): Response =>
  toResponse(
    jsonAnswer(404, {
      success: false,
      code: 'not_found',
      message: 'no tag here; set collector.tagFile to the built one',
    }),
  )

function serveTag(
  context: Context<Env>,
  tag: Tag,
  { cookies = [], ...caching }: { readonly 'cache-control': string; readonly cookies?: readonly string[] },
): Response {
  const encoding = pickEncoding(context.req.header('accept-encoding') ?? '')
  const etag = `"${tag.hash}-${encoding}"`
  const headers = new Headers({
    ...caching,
    etag,
    vary: 'accept-encoding',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  if (context.req.header('if-none-match')?.includes(etag)) return new Response(null, { status: 304, headers })
  if (encoding !== 'identity') headers.set('content-encoding', encoding)
  headers.set('content-type', 'text/javascript; charset=utf-8')
  return new Response(new Uint8Array(tag.bodies[encoding]), { headers })
}

function pickEncoding(accepted: string): TagEncoding {
  if (/\bbr\b/.test(accepted)) return 'br'
  return /\bgzip\b/.test(accepted) ? 'gzip' : 'identity'
}
