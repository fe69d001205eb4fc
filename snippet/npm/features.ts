import { callForms } from '../src/call-forms.ts'
import { consent } from '../src/privacy/consent.ts'
import { cookie } from '../src/identity/cookie-id.ts'
import { device } from '../src/context/device-context.ts'
import { plainHttp } from '../src/delivery/storage-locks.ts'
import { respect } from '../src/privacy/browser-signals.ts'
import { session } from '../src/context/session-hint.ts'
import { ids } from '../src/identity/set-anonymous-id.ts'
import { touches } from '../src/context/touches.ts'

export { callForms, consent, cookie, device, plainHttp, respect, session, touches, ids }
export { attributes } from '../src/capture/attributes.ts'
export { debug } from '../src/debug.ts'
export { downloads } from '../src/capture/downloads.ts'
export { engagement } from '../src/capture/engagement.ts'
export { formEmail } from '../src/capture/form-email.ts'
export { forms } from '../src/capture/forms.ts'
export { link } from '../src/identity/cross-domain-link.ts'
export { navigation } from '../src/capture/navigation.ts'
export { optOut } from '../src/privacy/opt-out.ts'
export { outboundLinks } from '../src/capture/outbound-links.ts'
export { properties } from '../src/privacy/property-lists.ts'
export { redact } from '../src/privacy/redact-queries.ts'

/** Those of the script that the collector serves, in their order of start. */
export const defaultFeatures = {
  plainHttp,
  cookie,
  ids,
  device,
  session,
  touches,
  consent,
  respect,
  callForms,
}
