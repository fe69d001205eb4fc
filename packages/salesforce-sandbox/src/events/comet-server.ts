import { z } from 'zod'
import type { HttpRequest } from '../http/http-request.ts'
import { empty, json, type Reply } from '../http/reply.ts'
import { bearerOf } from '../oauth/identity.ts'
import { drawToken, findSession } from '../oauth/sessions.ts'
import type { Org } from '../org.ts'
import { subscribe, takeMessages, type CometSession } from './comet-session.ts'

const messageSchema = z.looseObject({
  channel: z.string(),
  id: z.string().optional(),
  clientId: z.string().optional(),
  subscription: z.string().optional(),
  ext: z.looseObject({ replay: z.record(z.string(), z.number()).optional() }).optional(),
  advice: z.looseObject({ timeout: z.number().optional() }).optional(),
})
type Message = z.infer<typeof messageSchema>
type Outgoing = Record<string, unknown>

const bodySchema = z.union([z.array(messageSchema), messageSchema.transform((message) => [message])])

/** CometD over HTTP long polling, as far as change events need it. Clients are forgotten on a restart. */
export class CometServer {
  readonly #org: () => Org
  readonly #sessions = new Map<string, CometSession>()
  #forgotten = 0

  constructor(org: () => Org) {
    this.#org = org
  }

  /** Null breaks the connection. */
  async answer(request: HttpRequest): Promise<Reply | null> {
    // The first thing that faye does is to try a websocket; it carries on after a 400.
    if (request.method !== 'POST') return empty(400)
    const parsed = bodySchema.safeParse(parseJson(request.body))
    if (!parsed.success) return empty(400)
    this.#forget()
    const out: Outgoing[] = []
    for (const message of parsed.data) {
      const answered = await this.#answerMessage(request, message)
      if (answered === null) return null
      out.push(...answered)
    }
    const isNew = out.some((message) => message['channel'] === '/meta/handshake')
    return json(200, out, isNew ? { 'set-cookie': 'BAYEUX_BROWSER=sandbox; path=/' } : {})
  }

  #forget(): void {
    const { forgotten } = this.#org().events.troubles
    if (forgotten !== this.#forgotten) this.#sessions.clear()
    this.#forgotten = forgotten
  }

  async #answerMessage(request: HttpRequest, message: Message): Promise<readonly Outgoing[] | null> {
    if (message.channel === '/meta/handshake') return [this.#handshake(request, message)]
    const session = this.#sessions.get(message.clientId ?? '')
    const isStray =
      this.#org().settings.features.cdcRequireSticky && !/BAYEUX_BROWSER=/.test(request.headers.cookie ?? '')
    if (!session || isStray) return [unknownClient(message)]
    if (message.channel === '/meta/connect') return await this.#connect(session, message)
    return [this.#change(session, message)]
  }

  #handshake(request: HttpRequest, message: Message): Outgoing {
    const org = this.#org()
    const token = bearerOf(request) ?? ''
    const login = findSession(org, token)
    if (!login) return denied(message)
    const clientId = drawToken(org).slice(0, 24)
    this.#sessions.set(clientId, { clientId, token, userId: login.userId, cursors: new Map() })
    return {
      ext: { replay: true, 'payload.format': true },
      minimumVersion: '1.0',
      clientId,
      supportedConnectionTypes: ['long-polling'],
      version: '1.0',
      ...echo(message),
    }
  }

  #change(session: CometSession, message: Message): Outgoing {
    const { channel, subscription = '', clientId } = message
    if (channel === '/meta/disconnect') this.#sessions.delete(session.clientId)
    if (channel === '/meta/unsubscribe') session.cursors.delete(subscription)
    if (channel === '/meta/unsubscribe') return { clientId, subscription, ...echo(message) }
    if (channel !== '/meta/subscribe') return { clientId, ...echo(message) }
    const replayId = message.ext?.replay?.[subscription] ?? -1
    const error = subscribe(this.#org(), session, { channel: subscription, replayId })
    const answer = { clientId, subscription, ...echo(message) }
    return error === undefined ? answer : { ...answer, error, successful: false }
  }

  async #connect(session: CometSession, message: Message): Promise<readonly Outgoing[] | null> {
    const org = this.#org()
    if (!findSession(org, session.token)) {
      const advice = { reconnect: 'none', interval: 0 }
      return [{ ...echo(message), error: '401::Authentication invalid', successful: false, advice }]
    }
    const { cdcConnectMs } = org.settings.features
    const holdMs = message.advice?.timeout ?? cdcConnectMs
    const { disconnects } = org.events.troubles
    const messages = await this.#waitForMessages(session, Math.min(holdMs, cdcConnectMs))
    if (org.events.troubles.disconnects !== disconnects) return null
    if (!this.#sessions.has(session.clientId) || org.events.troubles.forgotten !== this.#forgotten) {
      return [unknownClient(message)]
    }
    const advice = { interval: 0, timeout: cdcConnectMs, reconnect: 'retry' }
    return [...messages, { clientId: session.clientId, advice, ...echo(message) }]
  }

  /** Waits for something to deliver, at most so long; a stalled feed answers nobody. */
  async #waitForMessages(session: CometSession, holdMs: number): Promise<readonly Outgoing[]> {
    const { events } = this.#org()
    const { disconnects, forgotten } = events.troubles
    const deadline = Date.now() + holdMs
    for (;;) {
      const isBroken = events.troubles.disconnects !== disconnects || events.troubles.forgotten !== forgotten
      if (isBroken) return []
      const { isStalled } = events.troubles
      const messages = isStalled ? [] : takeMessages(this.#org(), session)
      if (messages.length > 0 || (!isStalled && Date.now() >= deadline)) return messages
      await nextEvent(events, isStalled ? undefined : deadline - Date.now())
    }
  }
}

/** Resolves with the next event, or when the time is over. */
async function nextEvent(events: Org['events'], waitMs: number | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = waitMs === undefined ? undefined : setTimeout(done, waitMs).unref()
    const stop = events.onNext(done)
    function done(): void {
      clearTimeout(timer)
      stop()
      resolve()
    }
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function echo({ channel, id }: Message): Outgoing {
  return { channel, id, successful: true }
}

function denied(message: Message): Outgoing {
  return {
    ext: { sfdc: { failureReason: '401::Authentication invalid' }, replay: true },
    advice: { reconnect: 'none' },
    ...echo(message),
    error: '403::Handshake denied',
    successful: false,
  }
}

function unknownClient(message: Message): Outgoing {
  const advice = { reconnect: 'handshake', interval: 0 }
  return { ...echo(message), error: '403::Unknown client', successful: false, advice }
}
