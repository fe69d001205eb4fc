import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'

/** The server's own objects stand beside each request; a test without a server has none. */
export interface Env {
  Bindings: Partial<HttpBindings>
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'OPTIONS'
  readonly path: string
  readonly handle: (context: Context<Env>) => Response | Promise<Response>
}
