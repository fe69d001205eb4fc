import { attempt, listen } from '../failures.ts'
import { hearCalls } from './hear-calls.ts'

/**
 * Tells when a page shows another address without being loaded, once the page had its turn to follow.
 * An address that is only replaced is no new page: routers keep filters and positions there.
 * `leaving`: the address changes, what is shown does not yet; it may turn out to be no other page.
 */
export function onRouteChange(shown: () => void, leaving?: () => void): void {
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

/** The address; of its fragment what a router made of it (`#/users`, `#!users`). */
const toRoute = (href: string): string => href.replace(/#(?![!/]).*/, '')

/** Hears the address of before, where it can be known. Browsers from before 2026 lack the Navigation API. */
function watchAddress(change: (from?: string) => void): void {
  const api = window['navigation']
  if (api instanceof EventTarget)
    return api.addEventListener('currententrychange', (event) => {
      const { navigationType, from } = Object(event)
      if (/push|traverse/.test(navigationType)) attempt(() => change(from.url))
    })
  listen('popstate', () => change())
  listen('hashchange', () => change())
  hearCalls(history, 'pushState', () => change(location.href))
}
