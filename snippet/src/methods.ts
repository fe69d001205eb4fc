import { flush } from './delivery/delivery.ts'
import { startPageLife } from './delivery/page-life.ts'
import { updateIdentity } from './identity/identity.ts'
import { randomId } from './identity/random-id.ts'

/** Methods of the tag beside the event calls, by name; features add theirs. */
export const methods: Record<string, (...args: unknown[]) => unknown> = {
  flush() {
    startPageLife()
    return flush()
  },
  ready: () => undefined,
  user: () => updateIdentity(),
  reset: () => void updateIdentity(() => ({ anonymousId: randomId() })),
}
