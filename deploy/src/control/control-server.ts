import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { describeError } from '@leadline/runtime'
import type { InstancePaths } from '../instance/instance-paths.ts'
import { LOOPBACK } from '../instance/ports.ts'
import { writePrivateFile } from '../instance/private-file.ts'
import type { ControlAddress } from './control-address.ts'

/** Answers one question; what it resolves to is sent as JSON. Undefined: there is no such question. */
export type Answerer = (question: URL) => Promise<object | undefined>

export interface ControlServer {
  close(): Promise<void>
}

/** Systems take about 104 bytes for the path of a socket; a longer one needs a loopback port instead. */
const MAX_SOCKET_PATH_BYTES = 100

/** Lets `status` and a second `start` ask this instance: on a Unix socket, or on a loopback port where its path is too long. */
export async function startControlServer(paths: InstancePaths, answer: Answerer): Promise<ControlServer> {
  const token = randomBytes(24).toString('hex')
  const server = createServer((request, response) => void respond({ request, response, token, answer }))
  const place = await listen(server, paths.controlSocket)
  const address: ControlAddress = { pid: process.pid, token, ...place }
  await writePrivateFile(paths.control, JSON.stringify(address))
  return {
    close: async () => {
      server.close()
      server.closeAllConnections()
      await rm(paths.control, { force: true })
    },
  }
}

async function listen(
  server: Server,
  socketPath: string,
): Promise<{ socketPath: string } | { port: number }> {
  if (Buffer.byteLength(socketPath) <= MAX_SOCKET_PATH_BYTES && process.platform !== 'win32') {
    await rm(socketPath, { force: true })
    server.listen(socketPath)
    await once(server, 'listening')
    return { socketPath }
  }
  server.listen(0, LOOPBACK)
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the control server has no port')
  return { port: address.port }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly token: string
  readonly answer: Answerer
}

async function respond({ request, response, token, answer }: Exchange): Promise<void> {
  const { status, body } = isAllowed(request, token)
    ? await findAnswer(request, answer)
    : { status: 401, body: { error: 'the token is wrong' } }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function findAnswer(
  request: IncomingMessage,
  answer: Answerer,
): Promise<{ status: number; body: object }> {
  try {
    const body = await answer(new URL(request.url ?? '/', 'http://control'))
    return body ? { status: 200, body } : { status: 404, body: { error: 'unknown question' } }
  } catch (error) {
    return { status: 500, body: { error: describeError(error) } }
  }
}

function isAllowed(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
