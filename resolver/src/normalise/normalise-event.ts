import { isObject, type Envelope, type NodeKind } from '@leadline/contract'
import { toGroupKey } from '../companies/company-of-mail.ts'
import { TRUST, type NodeId } from '../identity/fact-source.ts'
import type { NodeHash } from '../identity/node-id.ts'
import { toEventTimes } from './event-time.ts'
import { normaliseAnonymousId, normaliseMail, normaliseUserId } from './identifiers.ts'
import { isJunk, type FurtherJunk } from './junk.ts'
import { normalisePhone } from './phone.ts'
import { readStoredEvent, type StoredEvent } from './wire-shape.ts'

/** A value that identifies, and its id. */
export interface Identifier {
  readonly id: NodeId
  readonly value: string
}

/** What an alias replaces, read as a cookie and as a user: ids and values. */
export interface PreviousIdentifier {
  readonly anon: NodeId
  readonly user: NodeId
  readonly values: { readonly anon: string; readonly user: string }
}

/** One event with what the request said about it, its time, and its identifiers after junk is taken out. */
export interface NormalEvent {
  readonly workspace: number
  readonly messageId: string
  readonly timeMs: number
  readonly filedMs: number
  readonly receivedAtMs: number
  readonly trust: number
  readonly source: string
  readonly address: string
  readonly userAgent: string
  /** Raw fields; context and integrations with the batch's defaults beneath. */
  readonly wire: StoredEvent
  readonly context: Readonly<Record<string, unknown>>
  readonly integrations: Readonly<Record<string, unknown>>
  readonly groupId: string
  /** Id of the group's company; undefined without a group. */
  readonly company: NodeId | undefined
  readonly impersonated: boolean
  /** Its user agent, or the browser itself, says that no person is behind it. */
  readonly bot: boolean
  readonly country: string
  readonly region: string
  /** History that somebody brought along, not news. */
  readonly imported: boolean
  readonly user: Identifier | undefined
  readonly mail: Identifier | undefined
  /** An event without any identifier is an anonymous visitor of its own: the value is empty then. */
  readonly anon: Identifier | undefined
  /** Recorded, and of no account with the rules: who shares them is a suggestion. */
  readonly phone: Identifier | undefined
  readonly device: Identifier | undefined
  /** alias: the replaced identifier, as a cookie and as a user; which it was, other events say. */
  readonly previous: PreviousIdentifier | undefined
}

export interface NormaliseContext {
  readonly hash: NodeHash
  readonly junk: FurtherJunk
  readonly phones?: PhoneRules
}

/** See the settings `identity.callingCode` and `identity.bridgeDevices`. */
export interface PhoneRules {
  readonly callingCode: string
  readonly bridgeDevices: boolean
}

const NO_PHONE_RULES: PhoneRules = { callingCode: '', bridgeDevices: false }

export type Normalised =
  { readonly ok: true; readonly event: NormalEvent } | { readonly ok: false; readonly reason: string }

/** The event at `index` of an envelope. */
export function normaliseEvent(envelope: Envelope, index: number, context: NormaliseContext): Normalised {
  const wire = readStoredEvent(envelope.events[index], envelope, envelope.assigned?.[index])
  if (!wire) return { ok: false, reason: 'type: not one of the six calls' }
  if (wire.messageId === '') return { ok: false, reason: 'messageId: absent, and none was assigned' }
  return { ok: true, event: build(aboutEvent(envelope, index), wire, context) }
}

/** The envelope as one that the event's own user had sent. */
function aboutEvent(envelope: Envelope, index: number): Envelope {
  const subject = envelope.subjects?.[index]
  return subject === undefined ? envelope : { ...envelope, ...subject }
}

function build(envelope: Envelope, wire: StoredEvent, naming: NormaliseContext): NormalEvent {
  const receivedAtMs = Date.parse(envelope.receivedAt)
  const context = mergeFields(envelope.context, wire.context)
  const { timeMs, filedMs } = toEventTimes({
    timestamp: wire.timestamp,
    originalTimestamp: wire.originalTimestamp,
    sentAt: wire.sentAt,
    receivedAtMs,
    isTimestampFirst: envelope.dialect === 'rudderstack',
  })
  const { groupId, company } = findGroup(wire.groupId ?? context['groupId'], naming)
  const { user, mail, anon, phone, device, previous } = findIdentifiers(wire, context, naming)
  // Each by its name: spreading copies key by key, for every event.
  return {
    workspace: envelope.workspace,
    messageId: wire.messageId,
    timeMs,
    filedMs,
    receivedAtMs,
    trust: TRUST[envelope.trust],
    source: envelope.source,
    address: envelope.address ?? '',
    userAgent: toText(context['userAgent']) || (envelope.userAgent ?? ''),
    wire,
    context,
    integrations: mergeFields(envelope.integrations, wire.integrations),
    groupId,
    company,
    impersonated: context['impersonated'] === true,
    bot: envelope.bot === true || context['webdriver'] === true,
    country: envelope.country ?? '',
    region: envelope.region ?? '',
    imported: envelope.dialect === 'import',
    user,
    mail,
    anon,
    phone,
    device,
    previous,
  }
}

type Fields = Readonly<Record<string, unknown>>
const NO_FIELDS: Fields = {}

/** The event's own above the request's; most events have only their own. */
const mergeFields = (defaults: Fields | undefined, own: Fields | undefined): Fields =>
  defaults && own ? { ...defaults, ...own } : (own ?? defaults ?? NO_FIELDS)

function findGroup(
  value: unknown,
  { hash, junk }: NormaliseContext,
): Pick<NormalEvent, 'groupId' | 'company'> {
  const groupId = toText(value)
  const key = groupId.trim()
  return { groupId, company: isJunk(key, junk) ? undefined : hash('company', toGroupKey(key)) }
}

type Identifiers = Pick<NormalEvent, 'user' | 'mail' | 'anon' | 'phone' | 'device' | 'previous'>

function findIdentifiers(
  wire: StoredEvent,
  context: Readonly<Record<string, unknown>>,
  { hash, junk, phones = NO_PHONE_RULES }: NormaliseContext,
): Identifiers {
  const toNode = (kind: NodeKind, value: string | undefined): Identifier | undefined =>
    value === undefined ? undefined : { id: hash(kind, value), value }
  const externalUser = findExternalUser(context['externalIds'])
  const mail = findMail(wire, context, junk)
  const user = toNode('user', normaliseUserId(wire.userId, junk) ?? normaliseUserId(externalUser, junk))
  const device = normaliseAnonymousId(fieldOf(context['device'], 'id'), junk)
  const carrier = phones.bridgeDevices ? device : undefined
  const cookie = carrier === undefined ? normaliseAnonymousId(wire.anonymousId, junk) : `device:${carrier}`
  const anon = toNode('anon', cookie)
  const isNobody = !user && !mail && !anon
  return {
    user,
    mail: toNode('mail', mail),
    phone: toNode('phone', findPhone(wire, context, phones)),
    device: toNode('device', device),
    anon: isNobody ? { id: hash('message', wire.messageId), value: '' } : anon,
    previous: wire.type === 'alias' ? findPrevious(wire.previousId, { hash, junk }) : undefined,
  }
}

function findPrevious(value: unknown, { hash, junk }: NormaliseContext): NormalEvent['previous'] {
  const anon = normaliseAnonymousId(value, junk)
  const user = normaliseUserId(value, junk)
  if (anon === undefined || user === undefined) return undefined
  return { anon: hash('anon', anon), user: hash('user', user), values: { anon, user } }
}

const fieldOf = (object: unknown, key: string): unknown => (isObject(object) ? object[key] : undefined)
const emailOf = (traits: unknown): unknown => fieldOf(traits, 'email')

/** Of identify its own, else that of the context, which stands on any call. */
function findMail(
  wire: StoredEvent,
  context: Readonly<Record<string, unknown>>,
  junk: FurtherJunk,
): string | undefined {
  const own = wire.type === 'identify' ? normaliseMail(emailOf(wire.traits), junk) : undefined
  return own ?? normaliseMail(emailOf(context['traits']), junk)
}

/** From where a mail is taken, too. */
function findPhone(
  wire: StoredEvent,
  context: Readonly<Record<string, unknown>>,
  { callingCode }: PhoneRules,
): string | undefined {
  const own = wire.type === 'identify' ? normalisePhone(wire.traits?.['phone'], callingCode) : undefined
  return own ?? normalisePhone(fieldOf(context['traits'], 'phone'), callingCode)
}

/** `context.externalIds`: the first user id in it. */
function findExternalUser(list: unknown): unknown {
  if (!Array.isArray(list)) return undefined
  const items: readonly unknown[] = list
  const found = items.find(
    (item) => isObject(item) && item['collection'] === 'users' && item['type'] === 'user_id',
  )
  return isObject(found) ? found['id'] : undefined
}

const toText = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
