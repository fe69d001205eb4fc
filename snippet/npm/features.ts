import { consent } from '../src/privacy/consent.ts'
import { device } from '../src/context/device-context.ts'
import { optOut } from '../src/privacy/opt-out.ts'
import { plainHttp } from '../src/delivery/storage-locks.ts'
import { respect } from '../src/privacy/browser-signals.ts'
import { session } from '../src/context/session-hint.ts'
import { touches } from '../src/context/touches.ts'

export { consent, device, optOut, plainHttp, respect, session, touches }
export { attributes } from '../src/capture/attributes.ts'
export { debug } from '../src/debug.ts'
export { downloads } from '../src/capture/downloads.ts'
export { engagement } from '../src/capture/engagement.ts'
export { formEmail } from '../src/capture/form-email.ts'
export { forms } from '../src/capture/forms.ts'
export { link } from '../src/identity/cross-domain-link.ts'
export { navigation } from '../src/capture/navigation.ts'
export { outboundLinks } from '../src/capture/outbound-links.ts'
export { properties } from '../src/privacy/property-lists.ts'
export { redact } from '../src/privacy/redact-queries.ts'

/** Those of the script that the collector serves, in their order of start. */
export const defaultFeatures = { plainHttp, device, session, touches, consent, optOut, respect }
