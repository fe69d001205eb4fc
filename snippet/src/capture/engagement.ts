import { readPageContext } from '../context/page-context.ts'
import type { Capture } from '../tag-host.ts'
import { onLeave } from './page-leave.ts'
import { onRouteChange } from './route-changes.ts'

interface View {
  readonly page: object
  /** When somebody began to look; negative while nobody does. */
  sinceMs: number
  engagedMs: number
  scrollTop: number
  scrollPercent: number
}

const startView = (): View => ({
  page: readPageContext().page,
  sinceMs: -1,
  engagedMs: 0,
  scrollTop: scrollY,
  scrollPercent: 0,
})

/**
 * `Page Left`, once for each page that was looked at: how long it was visible and had the focus, and how
 * much of its height the visitor has seen.
 */
export const engagement: Capture = (host) => {
  const { listen, call } = host
  let view = startView()
  const count = (): void => {
    const now = performance.now()
    if (view.sinceMs >= 0) view.engagedMs += now - view.sinceMs
    view.sinceMs = !document.hidden && document.hasFocus() ? now : -1
  }
  // Not while it scrolls: the height may cost a layout.
  const measure = (): void => {
    const seen = (view.scrollTop + innerHeight) / document.documentElement.scrollHeight
    view.scrollPercent = Math.min(Math.round(100 * seen), 100)
  }
  const report = (): void => {
    count()
    const { page, engagedMs, scrollPercent } = view
    const properties = { engaged_seconds: Math.round(engagedMs / 1000), scroll_percent: scrollPercent }
    if (engagedMs > 0) call('track', 'Page Left', properties, { context: { page } })
    view = startView()
  }
  for (const type of ['focus', 'blur', 'pageshow', 'visibilitychange']) listen(window, type, count)
  listen(window, 'scroll', () => {
    view.scrollTop = Math.max(view.scrollTop, scrollY)
  })
  onLeave(listen, () => {
    measure()
    report()
  })
  onRouteChange(host, {
    leaving: measure,
    shown() {
      report()
      count()
    },
  })
  count()
}
