import { guard } from '../failures.ts'
import type { Capture } from '../tag-host.ts'
import { onRouteChange } from './route-changes.ts'

/** A page call for each further page that a single-page application shows; the first is the page's own to make. */
export const navigation: Capture = (host) => {
  const shown = guard(() => host.call('page'))
  onRouteChange(host, { shown })
  host.listen(window, 'pageshow', (event) => {
    // Seen again without being loaded. Delivery begins anew before the call.
    if (event instanceof PageTransitionEvent && event.persisted) setTimeout(shown)
  })
}
