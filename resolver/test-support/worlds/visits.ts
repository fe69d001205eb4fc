import type { Random } from '../random-world.ts'
import type { Happened } from './event-writer.ts'
import { between, chance, pick, type Device, type Person } from './people.ts'

/** What happened, and who did it. */
export interface Deed {
  readonly happened: Happened
  readonly person: Person
  /** The account that the event itself names. */
  readonly signedAs: string | undefined
}

export const START_MS = Date.UTC(2026, 5, 1)
const DAYS_MS = 60 * 86_400_000

const PAGES = ['/', '/pricing', '/docs', '/blog/one', '/signup', '/product'] as const

export const accountOf = (person: Person): string => `account:${person.name}`

/** All visits of all people in order of time: who comes to a shared machine finds it as the last one left it. */
export function visitAll(random: Random, people: readonly Person[]): readonly Deed[] {
  const plans = people
    .flatMap((person) =>
      Array.from({ length: person.visits }, () => ({
        person,
        atMs: START_MS + Math.floor(random() * DAYS_MS),
        device: pick(random, person.devices),
      })),
    )
    .sort((a, b) => a.atMs - b.atMs)
  const visits = new Map<Person, number>()
  const signers = new Set<Person>()
  return plans.flatMap((plan) => {
    const { person, atMs } = plan
    const count = visits.get(person) ?? 0
    visits.set(person, count + 1)
    const isKnown = signers.has(person)
    const signs = !person.isAnonymous && chance(random, isKnown ? 0.5 : count > 0 ? 0.8 : 0.4)
    const deeds = visit(random, { ...plan, signs, isFirst: signs && !isKnown })
    if (signs) signers.add(person)
    return [...deeds, ...(signers.has(person) ? fromServer(random, person, atMs) : [])]
  })
}

interface Visit {
  readonly person: Person
  readonly device: Device
  readonly atMs: number
  /** He says who he is in it. */
  readonly signs: boolean
  readonly isFirst: boolean
}

function visit(random: Random, plan: Visit): readonly Deed[] {
  const { person, device, signs } = plan
  if (chance(random, device.loss)) renewCookie(device)
  // A colleague's id may still be stamped on a machine; whoever is careful logs him out first.
  if (device.stamped !== undefined && device.stamped !== person.userId) renewCookie(device)
  const deeds: Deed[] = []
  let atMs = plan.atMs
  const length = between(random, 1, 8)
  const signsAt = signs ? between(random, 0, length - 1) : -1
  for (let i = 0; i < length; i += 1) {
    atMs += between(random, 2000, 240_000)
    if (i === signsAt) deeds.push(...sign(random, { ...plan, atMs }))
    deeds.push(look(random, plan, atMs + 500))
  }
  leave(device, person)
  return deeds
}

function renewCookie(device: Device): void {
  const [name, count] = device.cookie.split('-')
  device.cookie = `${name}-${Number(count) + 1}`
  device.stamped = undefined
}

function leave(device: Device, person: Person): void {
  if (device.stamped === undefined || person.leaving === 'stay') return
  if (person.leaving === 'reset') renewCookie(device)
  device.stamped = undefined
}

function look(random: Random, { person, device }: Visit, atMs: number): Deed {
  const path = pick(random, PAGES)
  const userId = device.stamped
  const page = { url: `https://shop.test${path}`, title: `Page ${path}` }
  const happened: Happened = {
    ...(chance(random, 0.7) ? { type: 'page', properties: page } : { type: 'track', event: 'Clicked' }),
    anonymousId: device.cookie,
    ...(userId === undefined ? {} : { userId }),
    context: { page },
    atMs,
    device,
  }
  return { happened, person, signedAs: userId === undefined ? undefined : accountOf(person) }
}

/** Login, sign-up or a form. The first of a new account may be under its former id, which a server then replaces. */
function sign(random: Random, { person, device, atMs, isFirst }: Visit): readonly Deed[] {
  const mail = pick(random, isFirst ? person.mails.slice(0, 1) : person.mails)
  const signedAs = accountOf(person)
  const userId = isFirst && person.formerId !== undefined ? person.formerId : person.userId
  const withMail = person.userId === undefined || isFirst || chance(random, 0.4)
  const identify: Happened = {
    type: 'identify',
    anonymousId: device.cookie,
    ...(userId === undefined ? {} : { userId }),
    traits: withMail ? { email: chance(random, 0.1) ? ` ${mail.toUpperCase()} ` : mail } : {},
    atMs,
    device,
  }
  const alias =
    person.userId === undefined ? [] : replaceFormer(random, { person, device, atMs, isFirst }, userId)
  device.stamped = person.userId
  return [identify, ...alias].map((happened) => ({ happened, person, signedAs }))
}

/** Right after the sign-up: a server replaces the former id, or the page calls alias with its cookie, as old SDKs do. */
function replaceFormer(
  random: Random,
  { person, device, atMs, isFirst }: Omit<Visit, 'signs'>,
  usedId: string | undefined,
): readonly Happened[] {
  const { userId, formerId } = person
  if (userId === undefined || usedId === undefined) return []
  const alias = { type: 'alias', userId, atMs: atMs + 100 } as const
  if (usedId === formerId) return [{ ...alias, previousId: usedId, channel: 'server', device: undefined }]
  return isFirst && chance(random, 0.1) ? [{ ...alias, previousId: device.cookie, device }] : []
}

/** What his account's servers tell: by user id, or by mail alone. */
function fromServer(random: Random, person: Person, atMs: number): readonly Deed[] {
  if (!chance(random, 0.25)) return []
  const at = { atMs: atMs + between(random, 3_600_000, 7_200_000), device: undefined } as const
  const [mail] = person.mails
  const event = { type: 'track', event: 'Invoice Paid', channel: 'server', ...at } as const
  const happened: Happened =
    person.userId !== undefined && chance(random, 0.8)
      ? { ...event, userId: person.userId }
      : { ...event, context: { traits: { email: mail } } }
  return [{ happened, person, signedAs: accountOf(person) }]
}
