import { runBuild } from './write-dist.ts'

export { buildTag, buildVitals, type BuiltTag, type TagOptions } from './build-tag.ts'
export { ALL_FEATURES, BUNDLES, CAPTURES, FEATURES, type FeatureName } from './features.ts'

if (import.meta.main) await runBuild()
