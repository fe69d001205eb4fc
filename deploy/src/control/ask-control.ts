import { once } from 'node:events'
import { request as sendRequest, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { LOOPBACK } from '../instance/ports.ts'
import { readControlAddress, type ControlAddress } from './control-address.ts'

export type ControlAnswer =
  | { readonly kind: 'answer'; readonly body: unknown }
  /** No instance runs here, or the one that did is gone. */
  | { readonly kind: 'not-running' }
  /** It is there, and does not answer in time or answers with an error. */
  | { readonly kind: 'failed'; readonly pid: number; readonly reason: string }

export interface Question {
  /** Path of `run/control.json`. */
  readonly control: string
  /** E.g. `/status?email=…`. */
  readonly path: string
  readonly timeoutMs: number
}

/** Asks the instance of a directory. */
export async function askControl({ control, path, timeoutMs }: Question): Promise<ControlAnswer> {
  const address = await readControlAddress(control)
  if (!address) return { kind: 'not-running' }
  try {
    const response = await get(address, path, timeoutMs)
    const body: unknown = await json(response)
    if (response.statusCode === 200) return { kind: 'answer', body }
    return { kind: 'failed', pid: address.pid, reason: JSON.stringify(body) }
  } catch (error) {
    return isGone(error)
      ? { kind: 'not-running' }
      : { kind: 'failed', pid: address.pid, reason: error instanceof Error ? error.message : String(error) }
  }
}

async function get(address: ControlAddress, path: string, timeoutMs: number): Promise<IncomingMessage> {
  const place =
    address.socketPath === undefined
      ? { host: LOOPBACK, port: address.port }
      : { socketPath: address.socketPath }
  const request = sendRequest({
    ...place,
    path,
    headers: { authorization: `Bearer ${address.token}` },
    signal: AbortSignal.timeout(timeoutMs),
  })
  request.end()
  const [response]: IncomingMessage[] = await once(request, 'response')
  if (!response) throw new Error('no answer')
  return response
}

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT')
