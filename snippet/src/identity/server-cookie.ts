import { guard } from '../failures.ts'
import { readItem, writeItem } from '../storage.ts'
import type { Feature } from '../tag-host.ts'

const KEY = 'leadline:server-cookie'
const DAY_MS = 86_400_000

/**
 * `data-server-cookie="/v1/cookie"`: where the collector lives on the customer's own domain, it is asked
 * once a day to set the cookie with the anonymous id again, because Safari lets a cookie that a script
 * has set live for seven days only.
 */
export const serverCookie: Feature = ({ settings, edits }, setting) => {
  if (typeof setting !== 'string') return
  let asked: string | null | undefined
  const renew = guard((anonymousId: unknown) => {
    const stamp = JSON.stringify([anonymousId, Math.floor(Date.now() / DAY_MS)])
    asked ??= readItem(KEY)
    if (asked === stamp) return
    asked = stamp
    const body = JSON.stringify({ writeKey: settings.key, anonymousId })
    void fetch(settings.host + setting, { method: 'POST', body, credentials: 'include', keepalive: true })
      .then(({ ok }) => ok && writeItem(KEY, stamp))
      .catch(() => false)
  })
  edits.push(({ anonymousId }) => renew(anonymousId))
}
