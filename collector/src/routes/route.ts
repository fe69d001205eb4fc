import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { EventRequest } from '../event-request.ts'
import { readRequestBody } from '../read-body.ts'

/** The server's own objects stand beside each request; a test without a server has none. */
export interface Env {
  Bindings: Partial<HttpBindings>
}

/** A request as Hono has it, on any runtime. */
export function toEventRequest(context: Context<Env>): EventRequest {
  const { raw } = context.req
  return {
    header: (name) => raw.headers.get(name) ?? undefined,
    peer: context.env?.incoming?.socket.remoteAddress,
    url: raw.url,
    readBody: (maxBytes) => readRequestBody(raw, maxBytes),
  }
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'OPTIONS'
  readonly path: string
  readonly handle: (context: Context<Env>) => Response | Promise<Response>
}
