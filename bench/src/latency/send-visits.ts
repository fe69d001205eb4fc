import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'

export interface VisitOptions {
  /** Of the collector, without a trailing slash. */
  readonly url: string
  readonly writeKey: string
  readonly seconds: number
}

export interface SentVisits {
  readonly events: number
  readonly people: number
  /** Events that were not answered with 200. */
  readonly errors: number
}

/** Each second so many people come, who do something once a second until they have done all: 100 events a second. */
const NEW_PER_SECOND = 10
const STEPS = 10
/** Two pages, then the form. */
const FORM_STEP = 2
const COMPANIES = 200

/** Sends one event at a time, when it is due, whatever the answers do. */
export async function sendVisits(options: VisitOptions): Promise<SentVisits> {
  const total = options.seconds * NEW_PER_SECOND * STEPS
  const everyMs = 1000 / (NEW_PER_SECOND * STEPS)
  const run = randomUUID().slice(0, 8)
  const startedMs = performance.now()
  const answers: Promise<boolean>[] = []
  for (let sent = 0; sent < total; sent += 1) {
    await setTimeout(Math.max(0, startedMs + sent * everyMs - performance.now()))
    answers.push(send(options, buildEvent(run, sent)))
  }
  const isGood = await Promise.all(answers)
  return {
    events: total,
    people: options.seconds * NEW_PER_SECOND,
    errors: isGood.filter((good) => !good).length,
  }
}

/** In turns: the first step of ten people, then their second, and so on; after that come the next ten. */
function buildEvent(run: string, index: number): { readonly type: string; readonly body: object } {
  const group = Math.floor(index / (NEW_PER_SECOND * STEPS))
  const step = Math.floor(index / NEW_PER_SECOND) % STEPS
  const person = group * NEW_PER_SECOND + (index % NEW_PER_SECOND)
  const common = {
    messageId: `${run}-${index}`,
    anonymousId: `${run}-${person}`,
    timestamp: new Date().toISOString(),
  }
  if (step === FORM_STEP) {
    const email = `person${person}@${run}-company${person % COMPANIES}.example`
    return { type: 'identify', body: { ...common, traits: { email, name: `Pat Person${person}` } } }
  }
  const url = `https://shop.example/page-${step}`
  return {
    type: 'page',
    body: { ...common, name: `Page ${step}`, properties: { url, path: `/page-${step}` } },
  }
}

async function send(
  { url, writeKey }: VisitOptions,
  { type, body }: ReturnType<typeof buildEvent>,
): Promise<boolean> {
  const answer = await fetch(`${url}/v1/${type}`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
      'content-type': 'application/json',
      'user-agent':
        'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    },
    body: JSON.stringify(body),
  })
  await answer.arrayBuffer()
  return answer.status === 200
}
