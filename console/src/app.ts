import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono, type Context } from 'hono'
import { routePath } from 'hono/route'
import { secureHeaders } from 'hono/secure-headers'
import type { WorkspaceSettings } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import { WarehouseError, type Warehouse } from '@leadline/warehouse'
import { loopbackOnly } from './loopback-only.ts'
import { companyPage } from './pages/company-page.ts'
import { companiesPage } from './pages/companies-page.ts'
import { deliveriesPage } from './pages/deliveries-page.ts'
import { eventsPage } from './pages/events-page.ts'
import { funnelPage } from './pages/funnel-page.ts'
import { leadPage } from './pages/lead-page.ts'
import { leadsPage } from './pages/leads-page.ts'
import { messagePage } from './pages/message-page.ts'
import { overviewPage } from './pages/overview-page.ts'
import type { Markup, Page } from './pages/page.ts'

export interface AppDeps {
  readonly warehouse: Pick<Warehouse, 'query'>
  readonly workspaces: readonly WorkspaceSettings[]
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log: Pick<Log, 'error'>
}

/** Paths below `/w/SLUG`. One more page is one more line. */
const PAGES: Readonly<Record<string, Page>> = {
  '/': overviewPage,
  '/leads': leadsPage,
  '/leads/:id': leadPage,
  '/companies': companiesPage,
  '/companies/:id': companyPage,
  '/funnel': funnelPage,
  '/events': eventsPage,
  '/deliveries': deliveriesPage,
}

const readAsset = (name: string): string => readFileSync(join(import.meta.dirname, 'assets', name), 'utf8')

/** All pages of the console: server-rendered, read-only, without script. */
export function createApp(deps: AppDeps): Hono {
  const [style, icon] = [readAsset('style.css'), readAsset('icon.svg')]
  const app = new Hono()
  app.use(loopbackOnly)
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: 'same-origin',
      xFrameOptions: 'DENY',
    }),
  )
  app.get('/healthz', (context) => context.text('ok\n'))
  app.get('/style.css', (context) => context.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
  app.get('/icon.svg', (context) => context.body(icon, 200, { 'Content-Type': 'image/svg+xml' }))
  app.get('/', (context) => context.redirect(`/w/${deps.workspaces[0]?.slug ?? ''}`))
  for (const [path, page] of Object.entries(PAGES)) {
    app.get(`/w/:slug${path === '/' ? '' : path}`, async (context) => await show(context, page, deps))
  }
  app.notFound(
    async (context) => await context.html(messagePage('Not found', 'There is no such page or record.'), 404),
  )
  app.onError(async (error, context) => {
    deps.log.error('a page could not be made', error, { path: routePath(context) })
    return await context.html(messagePage('That did not work', explain(error)), 503)
  })
  return app
}

async function show(context: Context, page: Page, deps: AppDeps): Promise<Response> {
  const workspace = deps.workspaces.find(({ slug }) => slug === context.req.param('slug'))
  if (!workspace) return await context.notFound()
  const search = new URL(context.req.url).searchParams
  const markup: Markup | undefined = await page({
    ...deps,
    workspace,
    search,
    id: context.req.param('id') ?? '',
  })
  context.header('Cache-Control', 'no-store')
  return markup === undefined ? await context.notFound() : context.html(markup)
}

/** Only what the warehouse says about itself: other messages may hold data. */
const explain = (error: Error): string =>
  error instanceof WarehouseError
    ? error.message
    : 'The page could not be made. The log of the console has the reason.'
