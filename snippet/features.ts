/**
 * Every part of the tag that can be left out: its name is its switch among the page's settings and the
 * export of its file beneath `src/`. They start in this order: their gates are passed and their edits made
 * in it, and of captures that hear the same click, the earlier one tells it.
 */
export const FEATURES = {
  plainHttp: 'delivery/storage-locks.ts',
  cookie: 'identity/cookie-id.ts',
  ids: 'identity/set-anonymous-id.ts',
  device: 'context/device-context.ts',
  session: 'context/session-hint.ts',
  touches: 'context/touches.ts',
  consent: 'privacy/consent.ts',
  optOut: 'privacy/opt-out.ts',
  respect: 'privacy/browser-signals.ts',
  ripe: 'ripe/ripe-calls.ts',
  callForms: 'call-forms.ts',
  debug: 'debug.ts',
  link: 'identity/cross-domain-link.ts',
  properties: 'privacy/property-lists.ts',
  redact: 'privacy/redact-queries.ts',
  navigation: 'capture/navigation.ts',
  formEmail: 'capture/form-email.ts',
  attributes: 'capture/attributes.ts',
  forms: 'capture/forms.ts',
  downloads: 'capture/downloads.ts',
  outboundLinks: 'capture/outbound-links.ts',
  engagement: 'capture/engagement.ts',
} as const

export type FeatureName = keyof typeof FEATURES

export const ALL_FEATURES = Object.keys(FEATURES).filter((name): name is FeatureName =>
  Object.hasOwn(FEATURES, name),
)

/** Those that make calls by themselves. */
export const CAPTURES = ALL_FEATURES.filter((name) => FEATURES[name].startsWith('capture/'))

/** What is built under a name. The collector serves `default`. */
export const BUNDLES: Readonly<Record<'core' | 'default' | 'everything', readonly FeatureName[]>> = {
  core: [],
  default: ['plainHttp', 'cookie', 'ids', 'device', 'session', 'touches', 'consent', 'respect', 'callForms'],
  everything: ALL_FEATURES.filter((name) => name !== 'ripe'),
}
