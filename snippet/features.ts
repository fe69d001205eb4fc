/**
 * Every part of the tag that can be left out: its name is its switch among the page's settings and the
 * export of its file beneath `src/`. They start in this order.
 */
export const FEATURES = {
  device: 'context/device-context.ts',
} as const

export type FeatureName = keyof typeof FEATURES

export const ALL_FEATURES = Object.keys(FEATURES).filter((name): name is FeatureName =>
  Object.hasOwn(FEATURES, name),
)

/** What is built under a name. The collector serves `default`. */
export const BUNDLES: Readonly<Record<'core' | 'default' | 'everything', readonly FeatureName[]>> = {
  core: [],
  default: ['device'],
  everything: ALL_FEATURES,
}
