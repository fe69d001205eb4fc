import type { Hono } from 'hono'
import { createApp } from '../app.ts'
import { createBotCheck } from '../enrich/bot-check.ts'
import { createEnrich } from '../enrich/enrich.ts'
import type { Place } from '../enrich/geo.ts'
import { createInFlight } from '../in-flight.ts'
import { createKeys } from '../keys.ts'
import type { Env } from '../routes/route.ts'
import type { EdgeSettings } from './edge-settings.ts'
import { createForwardingSink } from './forwarding-sink.ts'
import { openAdmission, quietFeed, quietMetrics } from './quiet-parts.ts'

/** An isolate has 128 MB for everything. */
const MAX_BYTES_IN_FLIGHT = 16 * 1024 * 1024

export interface EdgeDeps {
  readonly settings: EdgeSettings
  readonly fetch: typeof fetch
  /** One line of JSON. */
  readonly write: (line: string) => void
}

/** The same app as the regional collector's, with a sink that is the region. */
export function createEdgeApp({ settings, fetch, write }: EdgeDeps): Hono<Env> {
  const { region, secret, workspaces, address, bots, countryHeader, publicUrl } = settings
  const say = (level: string) => (message: string) => write(JSON.stringify({ level, message }))
  return createApp({
    keys: createKeys(workspaces, crypto.randomUUID()),
    sink: createForwardingSink({
      url: region.replace(/\/$/, ''),
      secret,
      fetch,
      now: () => new Date(),
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      onFailure: say('error'),
    }),
    // The platform in front writes the visitor's address at the end of X-Forwarded-For.
    addressPolicy: { address, trustedProxies: 1 },
    enrich: createEnrich({
      isBot: createBotCheck(),
      findPlace: (visitor) => toPlace(visitor.header(countryHeader)),
    }),
    bots,
    inFlight: createInFlight(MAX_BYTES_IN_FLIGHT),
    admission: openAdmission,
    metrics: quietMetrics,
    feed: quietFeed,
    feedPage: [],
    tag: undefined,
    scriptsBeside: new Map(),
    scriptName: 'leadline.js',
    cookie: { renew: false },
    pathPrefix: '',
    publicUrl,
    edge: {},
    findProblems: () => Promise.resolve([]),
    now: () => new Date(),
    newId: () => crypto.randomUUID(),
    newRequestId: () => crypto.randomUUID(),
    log: { info: say('info'), warn: say('warn'), error: say('error') },
  })
}

/** Platforms write XX or T1 where they know none. */
const toPlace = (country: string | undefined): Place | undefined =>
  country !== undefined && /^[A-Z]{2}$/.test(country) && country !== 'XX' ? { country } : undefined
