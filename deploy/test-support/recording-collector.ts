import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

export interface Recorded {
  readonly path: string
  readonly contentType: string | undefined
  readonly body: string
}

/** Status and body for the try with this number (0 for the first of all); a number closes the socket without an answer. */
export type Answerer = (
  tryNumber: number,
  recorded: Recorded,
) => { status: number; body: string; retryAfter?: string } | 'hang up'

const ACCEPT: Answerer = () => ({ status: 200, body: '{"success":true,"accepted":1}' })

/** An HTTP server that writes down what it is sent, and answers as told. */
export async function startRecordingCollector(t: Pick<TestContext, 'after'>, answer: Answerer = ACCEPT) {
  const requests: Recorded[] = []
  const server = createServer()
  server.on('request', (request, response) => {
    void record(request).then((recorded) => {
      const given = answer(requests.length, recorded)
      requests.push(recorded)
      if (given === 'hang up') return request.socket.destroy()
      const headers = given.retryAfter === undefined ? {} : { 'retry-after': given.retryAfter }
      return response.writeHead(given.status, headers).end(given.body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, requests }
}

const record = async (request: IncomingMessage): Promise<Recorded> => ({
  path: request.url ?? '',
  contentType: request.headers['content-type'],
  body: await text(request),
})
