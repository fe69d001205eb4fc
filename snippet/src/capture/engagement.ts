import { call } from '../client.ts'
import { readPageContext } from '../context/page-context.ts'
import { listen } from '../failures.ts'
import type { Feature } from '../tag-host.ts'
import { onLeave } from './page-leave.ts'
import { onRouteChange } from './route-changes.ts'

/**
 * `Page Left`, once for each page that was looked at: how long it was visible and had the focus, and how
 * much of its height the visitor has seen.
 */
export const engagement: Feature = () => {
  let page: object = readPageContext()
  /** When somebody began to look; 0 while nobody does. */
  let sinceMs = 0
  let engagedMs = 0
  /** As far as it was seen, in pixels. */
  let seen = 0
  let scrollPercent = 0
  const look = (): void => {
    const nowMs = performance.now()
    if (sinceMs) engagedMs += nowMs - sinceMs
    sinceMs = !document.hidden && document.hasFocus() ? nowMs : 0
    seen = Math.max(seen, scrollY + innerHeight)
  }
  // Not while it scrolls: the height may cost a layout.
  const measure = (): void => {
    look()
    scrollPercent = Math.round(100 * Math.min(seen / document.documentElement.scrollHeight, 1))
  }
  const report = (): void => {
    look()
    const properties = { engaged_seconds: Math.round(engagedMs / 1000), scroll_percent: scrollPercent }
    if (engagedMs) call('track', 'Page Left', properties, { context: { page } })
    page = readPageContext()
    engagedMs = seen = 0
  }
  for (const type of ['focus', 'blur', 'pageshow', 'visibilitychange', 'scroll'] as const) listen(type, look)
  onLeave(() => {
    measure()
    report()
    sinceMs = 0
  })
  onRouteChange(report, measure)
  look()
}
