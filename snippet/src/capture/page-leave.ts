import type { CaptureHost } from '../tag-host.ts'

/**
 * Calls back once per life of a page, as late as can be told: when it goes, on phones when it is hidden
 * for the first time, because there it may end without a further word. A page that comes back from the
 * back/forward cache begins a new life.
 */
export function onLeave(listen: CaptureHost['listen'], run: () => void): void {
  let isLeft = false
  const leave = (): void => {
    if (isLeft) return
    isLeft = true
    run()
  }
  listen(window, 'pagehide', leave)
  if (navigator.maxTouchPoints)
    listen(document, 'visibilitychange', () => {
      if (document.hidden) leave()
    })
  listen(window, 'pageshow', () => {
    isLeft = false
  })
}
