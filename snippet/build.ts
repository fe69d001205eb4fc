import { runBuild } from './write-dist.ts'

export { buildTag, type BuiltTag, type TagOptions } from './build-tag.ts'
export { ALL_FEATURES, BUNDLES, FEATURES, type FeatureName } from './features.ts'

if (import.meta.main) await runBuild()
