import type { NodeRef } from '../identity/fact-source.ts'
import type { NormalEvent } from './normalise-event.ts'

/** The highest identifier of an event, as it stands: user, else mail, else cookie. */
export function principalOf({ user, mail, anon }: NormalEvent): NodeRef {
  if (user) return { kind: 'user', id: user.id }
  if (mail) return { kind: 'mail', id: mail.id }
  if (anon) return { kind: 'anon', id: anon.id }
  throw new Error('an event has no identifier; normaliseEvent gives one to each')
}
