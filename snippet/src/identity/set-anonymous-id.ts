import { toText } from '../loose-values.ts'
import { methods } from '../methods.ts'
import { type Feature } from '../tag-host.ts'
import { updateIdentity } from './identity.ts'

/** `setAnonymousId(id)`: an id that the page knows better. */
export const ids: Feature = () => {
  methods['setAnonymousId'] = (id) => {
    const anonymousId = toText(id)
    if (anonymousId) updateIdentity((known) => ({ ...known, anonymousId }))
  }
}
