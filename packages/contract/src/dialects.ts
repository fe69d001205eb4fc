/** The doors of the collector. */
export const DIALECTS = [
  'segment',
  'segment-webhook',
  'leadline',
  'ripe',
  'rudderstack',
  'jitsu',
  'pixel',
  'import',
] as const
export type Dialect = (typeof DIALECTS)[number]
