import { listen } from '../failures.ts'

/**
 * Calls back once per life of a page, as late as can be told: when it goes, on phones when it is hidden
 * for the first time, because there it may end without a further word. A page that comes back from the
 * back/forward cache begins a new life.
 */
export function onLeave(run: () => void): void {
  let isLeft = false
  const leave = (): void => {
    if (!isLeft) run()
    isLeft = true
  }
  listen('pagehide', leave)
  listen('visibilitychange', () => document.hidden && navigator.maxTouchPoints && leave())
  listen('pageshow', () => {
    isLeft = false
  })
}
