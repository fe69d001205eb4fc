import { once } from 'node:events'
import { createServer } from 'node:http'
import { timingSafeEqual } from 'node:crypto'

export interface RedirectListener {
  /** Resolves with the code once the browser comes back; rejects when consent was refused, or at the deadline. */
  readonly code: Promise<string>
  close(): Promise<void>
}

const PAGE = (text: string): string =>
  `<!doctype html><meta charset="utf-8"><title>Leadline</title><p>${text}</p>`

/** Waits on this machine for the browser that consents. Only the answer that carries our `state` counts. */
export async function listenForRedirect(options: {
  readonly redirectUri: string
  readonly state: string
  readonly deadlineMs: number
}): Promise<RedirectListener> {
  const { hostname, port, pathname } = new URL(options.redirectUri)
  const result = Promise.withResolvers<string>()
  // Whoever asks later still learns of it.
  result.promise.catch(() => undefined)
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', options.redirectUri)
    const isOurs = url.pathname === pathname && isSame(url.searchParams.get('state') ?? '', options.state)
    response.writeHead(isOurs ? 200 : 404, { 'content-type': 'text/html', connection: 'close' })
    if (!isOurs) return response.end(PAGE('This address is not expected here.'))
    const code = url.searchParams.get('code')
    if (code) result.resolve(code)
    else
      result.reject(
        new Error(`consent was not given: ${url.searchParams.get('error') ?? 'no code came back'}`),
      )
    return response.end(
      PAGE(code ? 'Leadline is connected. You can close this page.' : 'Leadline was not connected.'),
    )
  })
  server.listen(Number(port || 80), hostname === 'localhost' ? 'localhost' : hostname)
  await once(server, 'listening')
  const timer = setTimeout(
    () => result.reject(new Error('nobody consented in time; run the command again')),
    options.deadlineMs,
  )
  return {
    code: result.promise,
    async close() {
      clearTimeout(timer)
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
