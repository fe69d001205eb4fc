import { toText } from '../loose-values.ts'
import type { Feature } from '../tag-host.ts'

/** The calls that only Ripe has. `init` has done its work when the script is at work. */
export const ripe: Feature = ({ methods, updateIdentity }) => {
  methods['init'] = () => undefined
  methods['setIds'] = (anonymousId, userId, groupId) => {
    updateIdentity((known) => ({
      ...known,
      anonymousId: toText(anonymousId) ?? known.anonymousId,
      userId: toText(userId) ?? known.userId,
      groupId: toText(groupId) ?? known.groupId,
    }))
  }
}
