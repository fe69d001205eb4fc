import type { ZodType } from 'zod'
import type { Lane } from '../budget/lanes.ts'

export interface SalesforceRequest<T> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below `/services/data/vXX.X`, with leading slash and query; or a whole `nextRecordsUrl`. */
  readonly path: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, in the place of `body`. */
  readonly content?: { readonly type: string; readonly data: string | Buffer }
  readonly headers?: Readonly<Record<string, string>>
  /** What a good answer looks like; an empty one is `undefined`. Anything else is an error. */
  readonly answer: ZodType<T>
  /** The answer is text, e.g. CSV, and goes to `answer` unparsed. */
  readonly isText?: boolean
  /** What it is for; see `laneOf` when not given. */
  readonly lane?: Lane
  /** Changes nothing, so it may be repeated. GET is one without saying so. */
  readonly isRead?: boolean
  readonly timeoutMs?: number
}

export interface Answered<T> {
  readonly value: T
  readonly requestId: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Salesforce's clock in ms since 1970, to the second; undefined when the answer does not say. */
  readonly serverMs: number | undefined
}

/** The one door to Salesforce. Rejects with SalesforceError. */
export type Send = <T>(request: SalesforceRequest<T>) => Promise<Answered<T>>

/** The same door for calls of another importance. */
export const inLane =
  (send: Send, lane: Lane): Send =>
  (request) =>
    send({ ...request, lane })

export const isRead = ({ method, isRead }: Pick<SalesforceRequest<unknown>, 'method' | 'isRead'>): boolean =>
  isRead ?? method === 'GET'

/** A read serves whatever the round has to write, so it goes on as long as the most important write may. */
export const laneOf = (request: SalesforceRequest<unknown>): Lane =>
  request.lane ?? (isRead(request) ? 'qualification' : 'fields')
