import type { Org } from '../org.ts'
import { toRecordId } from '../store/record-id.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import { ADMIN_USERNAME } from '../store/fixture-names.ts'

/** A user by id or user name. */
export function findUser(org: Pick<Org, 'store'>, idOrUsername: string): StoredRecord | undefined {
  const id = toRecordId(idOrUsername)
  const byId = id === undefined ? undefined : org.store.get('User', id)
  if (byId) return byId
  for (const user of org.store.all('User')) {
    if (user.values['Username'] === idOrUsername) return user
  }
  return undefined
}

/** Who is in the org when nobody in particular is named. */
export function defaultUser(org: Pick<Org, 'store'>): StoredRecord {
  const user = findUser(org, ADMIN_USERNAME)
  if (!user) throw new Error(`the org has no user ${ADMIN_USERNAME}: its fixtures are not loaded`)
  return user
}
