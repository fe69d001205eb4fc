import type { Context } from 'hono'
import { jsonAnswer, toResponse } from '../answers.ts'
import type { Tag, TagEncoding } from '../tag.ts'
import type { Env, Route } from './route.ts'

const YEAR_SECONDS = 365 * 24 * 60 * 60

/** The tag under its stable name, and under the one that names its content. */
export function tagRoutes(tag: Tag | undefined): readonly Route[] {
  if (tag === undefined) return [{ method: 'GET', path: '/leadline.js', handle: notConfigured }]
  const immutable = `public, max-age=${YEAR_SECONDS}, immutable`
  return [
    {
      method: 'GET',
      path: '/leadline.js',
      handle: (context) => serveTag(context, tag, 'public, max-age=300'),
    },
    {
      method: 'GET',
      path: `/leadline.${tag.hash}.js`,
      handle: (context) => serveTag(context, tag, immutable),
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

function serveTag(context: Context<Env>, tag: Tag, cacheControl: string): Response {
  const encoding = pickEncoding(context.req.header('accept-encoding') ?? '')
  const etag = `"${tag.hash}-${encoding}"`
  const headers = {
    'cache-control': cacheControl,
    etag,
    vary: 'accept-encoding',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  }
  if (context.req.header('if-none-match')?.includes(etag)) return new Response(null, { status: 304, headers })
  const encoded = encoding === 'identity' ? headers : { ...headers, 'content-encoding': encoding }
  return new Response(new Uint8Array(tag.bodies[encoding]), {
    headers: { ...encoded, 'content-type': 'text/javascript; charset=utf-8' },
  })
}

function pickEncoding(accepted: string): TagEncoding {
  if (/\bbr\b/.test(accepted)) return 'br'
  return /\bgzip\b/.test(accepted) ? 'gzip' : 'identity'
}
