import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { RequestSource } from '../request-facts.ts'

/** The server's own objects stand beside each request; a test without a server has none. */
export interface Env {
  Bindings: Partial<HttpBindings>
}

/** The parsed headers of the server are three times as quick to ask as those of the Request around them. */
export function toRequestSource(context: Context<Env>): RequestSource {
  const { incoming } = context.env
  const { headers } = context.req.raw
  return {
    header(name) {
      if (incoming === undefined) return headers.get(name) ?? undefined
      const value = incoming.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    peer: incoming?.socket.remoteAddress,
  }
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'OPTIONS'
  readonly path: string
  readonly handle: (context: Context<Env>) => Response | Promise<Response>
}
