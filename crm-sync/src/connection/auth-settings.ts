import type { CrmSettings } from '@leadline/contract'

export type AuthSettings = NonNullable<CrmSettings['auth']>

/** The flow of a connection. The keys beside `auth` are the older way to say client credentials. */
export function readAuth({ auth, clientId, clientSecret }: CrmSettings): AuthSettings {
  return auth ?? { flow: 'client-credentials', clientId: clientId ?? '', clientSecret: clientSecret ?? '' }
}
