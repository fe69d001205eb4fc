import { serve, type ServerType } from '@hono/node-server'
import { buildTag } from '@leadline/snippet'
import { createDemoSite, type DemoSiteOptions } from './app.ts'

export interface DemoSiteSettings extends Omit<DemoSiteOptions, 'stub'> {
  /** A loopback address: the site answers what became of any mail address. */
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
}

export interface DemoSite {
  /** http://host:port without a trailing slash. */
  readonly url: string
  stop(): Promise<void>
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

/** Serves the demo site. Rejects when the port is taken or the host is not this machine's own. */
export async function startDemoSite({ host, port, ...options }: DemoSiteSettings): Promise<DemoSite> {
  if (!LOOPBACK.test(host))
    throw new Error(`the demo site listens on loopback only; host is ${host}, use 127.0.0.1`)
  const { stub } = await buildTag()
  const { fetch } = createDemoSite({ ...options, stub })
  const { server, port: taken } = await new Promise<{ server: ServerType; port: number }>(
    (resolve, reject) => {
      const server = serve({ fetch, hostname: host, port }, (info) => resolve({ server, port: info.port }))
      server.once('error', reject)
    },
  )
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}
