import type { Context } from 'hono'
import { refusalAnswer, toResponse } from '../answers.ts'
import { parseAuthorization } from '../authorize.ts'
import type { Feed, FeedEntry } from '../feed/feed.ts'
import type { Keys } from '../keys.ts'
import { refusal, type RefusalCode } from '../refusals.ts'
import type { Env, Route } from './route.ts'

export interface FeedDeps {
  readonly keys: Keys
  readonly feed: Feed
  /** The page that shows it. */
  readonly feedPage: readonly Route[]
}

/** Server-sent events of a workspace: what is remembered, then everything as it comes. Needs a secret key. */
export const feedRoutes = ({ keys, feed, feedPage }: FeedDeps): readonly Route[] => [
  { method: 'GET', path: '/v1/feed', handle: (context) => openFeed(context, keys, feed) },
  ...feedPage,
]

function openFeed(context: Context<Env>, keys: Keys, feed: Feed): Response {
  const presented = parseAuthorization(context.req.header('authorization'))
  if (presented === undefined) return refuse('missing_key', 'no key; send a secret key as Authorization')
  const key = keys.find(presented)
  if (key === undefined) return refuse('unknown_key', 'the key is not known here; check it and the host')
  if (key.trust !== 'secret')
    return refuse('secret_key_needed', 'a write key may only send; use a secret key of the workspace')
  const stream = streamFeed(feed, key.workspace)
  if (stream === undefined) return refuse('unavailable', 'too many people are watching; try again later')
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // Proxies that gather answers would show nothing for minutes.
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    },
  })
}

const refuse = (code: RefusalCode, message: string): Response =>
  toResponse(refusalAnswer(refusal(code, message)))

/** Messages that wait for a slow reader; what comes beyond them is counted and told. */
const MAX_WAITING = 200

function streamFeed(feed: Feed, workspace: number): ReadableStream<Uint8Array> | undefined {
  const encoder = new TextEncoder()
  let stop = (): void => undefined
  let skipped = 0
  let opened = false
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (data: unknown): void =>
          controller.enqueue(encoder.encode(`data: ${JSON.stringify(data)}\n\n`))
        const tell = (entry: FeedEntry): void => {
          if ((controller.desiredSize ?? 0) <= 1) return void (skipped += 1)
          if (skipped > 0) send({ skipped })
          skipped = 0
          send(entry)
        }
        const watched = feed.watch(workspace, { tell, end: () => controller.close() })
        if (watched === undefined) return
        opened = true
        stop = watched.stop
        controller.enqueue(encoder.encode(': events follow\n\n'))
        for (const entry of watched.recent) tell(entry)
      },
      cancel: () => stop(),
    },
    new CountQueuingStrategy({ highWaterMark: MAX_WAITING }),
  )
  return opened ? stream : undefined
}
