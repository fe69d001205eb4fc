import { readFile } from 'node:fs/promises'
import { Hono, type MiddlewareHandler } from 'hono'
import { NONCE, secureHeaders, type SecureHeadersVariables } from 'hono/secure-headers'
import { z } from 'zod'
import { inventVisitor } from './invent-visitor.ts'
import { PAGES } from './pages.ts'
import { renderPage } from './render-page.ts'

/** What became of a visitor who left an address. `reason` says why something is missing; null when nothing is. */
export interface VisitorOutcome {
  readonly lead: string | null
  readonly company: string | null
  readonly crm: { readonly object: string; readonly url: string; readonly status: string } | null
  readonly reason: string | null
}

export interface DemoSiteOptions {
  /** Where pages find the tag and send events to: http://host:port without a trailing slash. */
  readonly collectorUrl: string
  readonly writeKey: string
  /** The inline script of the tag. */
  readonly stub: string
  readonly outcome: (email: string) => Promise<VisitorOutcome>
}

type Site = { Variables: SecureHeadersVariables }

const ASSETS = new Map([
  ['site.css', 'text/css; charset=utf-8'],
  ['site.js', 'text/javascript; charset=utf-8'],
  ['outcome.js', 'text/javascript; charset=utf-8'],
  ['mark.svg', 'image/svg+xml'],
])

const emailSchema = z.email().max(254)

/** The demo site: a customer's website with the tag on every page. Keeps nothing. */
export function createDemoSite(options: DemoSiteOptions): Hono<Site> {
  const app = new Hono<Site>()
  app.use(contentSecurity(options.collectorUrl))
  for (const page of PAGES) {
    app.get(page.path, async (context) => {
      const { collectorUrl, writeKey, stub } = options
      const nonce = context.get('secureHeadersNonce') ?? ''
      const visitor = inventVisitor(Math.random)
      // Every load of a form is somebody else.
      context.header('cache-control', 'no-store')
      return context.html(await renderPage({ page, visitor, nonce, collectorUrl, writeKey, stub }))
    })
  }
  // The forms work without scripts; a real site would keep what they send.
  app.post('/sign-up', (context) => context.redirect('/welcome', 303))
  app.post('/demo', (context) => context.redirect('/thanks', 303))
  app.get('/outcome', async (context) => {
    const email = emailSchema.safeParse(context.req.query('email'))
    context.header('cache-control', 'no-store')
    if (!email.success) return context.json({ error: 'email must be a mail address' }, 400)
    return context.json(await options.outcome(email.data))
  })
  app.get('/assets/:name', async (context) => {
    const name = context.req.param('name')
    const type = ASSETS.get(name)
    if (type === undefined) return context.notFound()
    const file = await readFile(`${import.meta.dirname}/assets/${name}`)
    return context.body(file, 200, { 'content-type': type, 'cache-control': 'no-cache' })
  })
  return app
}

/** The policy that a customer with a strict one needs: the stub by nonce, script and events from the collector. */
const contentSecurity = (collectorUrl: string): MiddlewareHandler =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'", NONCE, collectorUrl],
      connectSrc: ["'self'", collectorUrl],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    // The script comes from the collector's origin, another than this one.
    crossOriginResourcePolicy: false,
    strictTransportSecurity: false,
    referrerPolicy: 'strict-origin-when-cross-origin',
  })
