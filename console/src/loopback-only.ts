import { createMiddleware } from 'hono/factory'

const HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Refuses other host names, so that a web page cannot read the console by pointing its own name at 127.0.0.1. */
export const loopbackOnly = createMiddleware(async (context, next) => {
  if (HOSTS.has(new URL(context.req.url).hostname)) return await next()
  return context.text(
    'The console answers on this machine only: open it as http://127.0.0.1 or http://localhost.\n',
    403,
  )
})
