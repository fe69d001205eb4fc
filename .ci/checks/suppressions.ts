import { isTypeScript, matchLines, type Check } from './source-tree.ts'

const DIRECTIVE = /(?:ox|es)lint-disable|@ts-(?:ignore|expect-error|nocheck)|prettier-ignore|biome-ignore/
const WITHOUT_REASON = new RegExp(`(?:${DIRECTIVE.source})(?!.*\\s--\\s\\S)`)

/** A rule may be switched off only where the line says why (` -- reason`). */
export const checkSuppressions: Check = (files) =>
  files
    .filter(({ path }) => isTypeScript(path) && !path.startsWith('.ci/'))
    .flatMap((file) => matchLines(file, WITHOUT_REASON, 'switches a rule off without a reason (" -- why")'))
