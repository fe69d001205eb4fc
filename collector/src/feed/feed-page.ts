import { readFile } from 'node:fs/promises'
import type { Route } from '../routes/route.ts'

const types = { 'feed.html': 'text/html', 'feed.js': 'text/javascript', 'feed.css': 'text/css' } as const

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
} as const

/** A small page that shows the feed. It holds no data; whoever has a secret key sees events in it. */
export async function openFeedPage(): Promise<readonly Route[]> {
  const files = await Promise.all(
    Object.entries(types).map(async ([name, type]) => {
      const body = await readFile(new URL(`assets/${name}`, import.meta.url), 'utf8')
      return { path: name === 'feed.html' ? '/feed' : `/${name}`, body, type }
    }),
  )
  return files.map(({ path, body, type }) => ({
    method: 'GET',
    path,
    handle: () => new Response(body, { headers: { ...headers, 'content-type': `${type}; charset=utf-8` } }),
  }))
}
