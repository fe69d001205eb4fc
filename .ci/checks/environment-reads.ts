import { isTest, isTypeScript, matchLines, type Check } from './source-tree.ts'

/** Configuration is one parsed object: only a config.ts sees the environment. */
export const checkEnvironmentReads: Check = (files) =>
  files
    .filter(
      ({ path }) =>
        isTypeScript(path) && !path.startsWith('.ci/') && !isTest(path) && !/(^|\/)config\.ts$/.test(path),
    )
    .flatMap((file) =>
      matchLines(file, /\bprocess\.env\b|import\.meta\.env\b/, 'reads the environment; only config.ts may'),
    )
