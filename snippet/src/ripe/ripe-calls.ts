import { updateIdentity } from '../identity/identity.ts'
import { toText } from '../loose-values.ts'
import { methods } from '../methods.ts'
import { type Feature } from '../tag-host.ts'

/** `setIds(anonymousId, userId, groupId)`, which only Ripe has beside `init`, whose work is done when the script is at work. */
export const ripe: Feature = () => {
  methods['setIds'] = (anonymousId, userId, groupId) => {
    updateIdentity((known) => ({
      ...known,
      anonymousId: toText(anonymousId) ?? known.anonymousId,
      userId: toText(userId) ?? known.userId,
      groupId: toText(groupId) ?? known.groupId,
    }))
  }
}
