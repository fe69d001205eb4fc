import { attempt } from '../src/failures.ts'
import { toObject, toText, type LooseObject } from '../src/loose-values.ts'
import { start } from '../src/start.ts'
import { ensureTag, type Tag } from '../src/tag.ts'
import type { CallOptions, Delivered, Fields, LoadOptions, User } from './public-api.ts'
import { START_ORDER } from './start-order.ts'

export {
  attributes,
  callForms,
  consent,
  cookie,
  debug,
  defaultFeatures,
  device,
  downloads,
  engagement,
  formEmail,
  forms,
  ids,
  link,
  navigation,
  optOut,
  outboundLinks,
  plainHttp,
  properties,
  redact,
  respect,
  session,
  touches,
} from './features.ts'

let tag: Tag | undefined

/** Undefined on a server, where modules for browsers are loaded too. */
const findTag = (): Tag | undefined => (typeof window === 'undefined' ? undefined : (tag ??= ensureTag()))

export function load({ features = {}, ...settings }: LoadOptions): void {
  const found = findTag()
  if (!found) return
  found.settings = settings
  const names = START_ORDER.split(' ').concat(Object.keys(features))
  const known = names.flatMap((name) => (features[name] ? [[name, features[name]]] : []))
  attempt(() => start(found, null, Object.fromEntries(known)))
}

async function call(...entry: unknown[]): Promise<LooseObject> {
  const found = findTag()
  return found ? toObject(await found(...entry)) : { reason: 'no_browser' }
}

async function send(...entry: unknown[]): Promise<Delivered> {
  const { delivered, reason } = await call(...entry)
  return { delivered: delivered === true, reason: toText(reason) }
}

export const track = (event: string, properties?: Fields, options?: CallOptions): Promise<Delivered> =>
  send('track', event, properties, options)

export const page = (name?: string, properties?: Fields, options?: CallOptions): Promise<Delivered> =>
  send('page', name, undefined, properties, options)

/** `(userId, traits?, options?)` or `(traits, options?)`. */
export const identify = (...args: readonly unknown[]): Promise<Delivered> => send('identify', ...args)

export const group = (groupId: string, traits?: Fields, options?: CallOptions): Promise<Delivered> =>
  send('group', groupId, traits, options)

export const alias = (userId: string, previousId?: string, options?: CallOptions): Promise<Delivered> =>
  send('alias', userId, previousId, options)

export const reset = async (): Promise<void> => void (await call('reset'))
export const flush = async (): Promise<void> => void (await call('flush'))
export const ready = async (): Promise<void> => void (await call('ready'))
export const setAnonymousId = async (id: string): Promise<void> => void (await call('setAnonymousId', id))
export const setConsent = async (state: string): Promise<void> => void (await call('consent', state))
export const setOptOut = async (isOut: boolean): Promise<void> => void (await call('optOut', isOut))

export function user(): User | undefined {
  const found = findTag()
  const known = found?.failures ? found.user?.() : undefined
  if (!known) return undefined
  const { anonymousId, userId, groupId, traits } = toObject(known)
  return {
    anonymousId: toText(anonymousId),
    userId: toText(userId),
    groupId: toText(groupId),
    traits: toObject(traits),
  }
}
