import type { Settings } from '@leadline/contract'

/** What is allowed and seldom meant, one line each. */
export function findWarnings({ collector }: Pick<Settings, 'collector'>): readonly string[] {
  const { renew, domain } = collector.cookie
  if (!renew || domain !== undefined) return []
  return [
    "collector.cookie.renew without collector.cookie.domain: the cookie is for the collector's own host alone, beside the one that the tag has set for the whole domain; name the registrable domain of the pages, unless they have the same host as the collector",
  ]
}
