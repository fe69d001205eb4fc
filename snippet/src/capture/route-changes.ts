import { attempt, listen } from '../failures.ts'
import { hearCalls } from './hear-calls.ts'

export interface RouteWatcher {
  /** The address changes, what is shown does not yet. It may turn out to be no other page. */
  readonly leaving?: () => void
  /** Another page is shown. */
  readonly shown: () => void
}

/**
 * Tells when a page shows another address without being loaded, once the page had its turn to follow.
 * An address that is only replaced is no new page: routers keep filters and positions there.
 */
export function onRouteChange({ leaving, shown }: RouteWatcher): void {
  let route = toRoute(location.href)
  let isDue = false
  const look = (): void => {
    isDue = false
    const before = route
    route = toRoute(location.href)
    if (route !== before) shown()
  }
  watchAddress((from) => {
    leaving?.()
    if (isDue) return
    isDue = true
    if (from) route = toRoute(from)
    setTimeout(() => attempt(look))
  })
}

/** Path and query; of the fragment what a router made of it (`#/users`, `#!users`). */
function toRoute(href: string): string {
  const { pathname, search, hash } = new URL(href)
  return pathname + search + (/^#[!/]/.test(hash) ? hash : '')
}

/** Hears the address of before, where it can be known. Browsers from before 2026 lack the Navigation API. */
function watchAddress(change: (from?: string) => void): void {
  const api: unknown = Reflect.get(window, 'navigation')
  if (api instanceof EventTarget)
    return api.addEventListener('currententrychange', (event) => {
      const { navigationType, from } = Object(event)
      if (/push|traverse/.test(navigationType)) attempt(() => change(from.url))
    })
  listen('popstate', () => change())
  listen('hashchange', () => change())
  hearCalls(history, 'pushState', () => change(location.href))
}
