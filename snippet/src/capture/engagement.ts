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
  let page: object
  /** When somebody began to look; 0 while nobody does. */
  let sinceMs = 0
  let engagedMs = 0
  let scrollTop = 0
  let scrollPercent = 0
  const begin = (): void => {
    page = readPageContext()
    engagedMs = 0
    scrollTop = scrollY
  }
  const count = (): void => {
    if (sinceMs) engagedMs += performance.now() - sinceMs
    sinceMs = !document.hidden && document.hasFocus() ? performance.now() : 0
  }
  // Not while it scrolls: the height may cost a layout.
  const measure = (): void => {
    const seen = (scrollTop + innerHeight) / document.documentElement.scrollHeight
    scrollPercent = Math.round(100 * Math.min(seen, 1))
  }
  const report = (): void => {
    count()
    const properties = { engaged_seconds: Math.round(engagedMs / 1000), scroll_percent: scrollPercent }
    if (engagedMs) call('track', 'Page Left', properties, { context: { page } })
    begin()
  }
  for (const type of ['focus', 'blur', 'pageshow', 'visibilitychange'] as const) listen(type, count)
  listen('scroll', () => {
    scrollTop = Math.max(scrollTop, scrollY)
  })
  onLeave(() => {
    measure()
    report()
    sinceMs = 0
  })
  onRouteChange(report, measure)
  begin()
  count()
}
