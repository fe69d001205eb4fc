import { call } from '../client.ts'
import { attempt, listen } from '../failures.ts'
import type { Feature } from '../tag-host.ts'
import { onRouteChange } from './route-changes.ts'

/** A page call for each further page that a single-page application shows; the first is the page's own to make. */
export const navigation: Feature = () => {
  const shown = (): void => call('page')
  onRouteChange(shown)
  // Seen again without being loaded. Delivery begins anew before the call.
  listen('pageshow', ({ persisted }) => persisted && setTimeout(() => attempt(shown)))
}
