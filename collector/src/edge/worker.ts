import type { Hono } from 'hono'
import type { Env } from '../routes/route.ts'
import { createEdgeApp } from './edge-app.ts'
import { edgeSettingsSchema } from './edge-settings.ts'

/** What the runtime gives: texts by name. */
export interface EdgeBindings {
  /** JSON of the edge's settings. */
  readonly LEADLINE_EDGE: string
}

export interface EdgeWorker {
  fetch(request: Request, bindings: EdgeBindings): Response | Promise<Response>
}

/** The module worker of WinterCG runtimes. It starts nothing until the first request, as they demand. */
export function createEdgeWorker(): EdgeWorker {
  let app: Hono<Env> | undefined
  return {
    fetch(request, { LEADLINE_EDGE }) {
      app ??= createEdgeApp({
        settings: edgeSettingsSchema.parse(JSON.parse(LEADLINE_EDGE)),
        // Called without its receiver some runtimes refuse it.
        fetch: (input, init) => fetch(input, init),
        write: (line) => console.log(line),
      })
      return app.fetch(request)
    },
  }
}
