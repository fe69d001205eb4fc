import { isTypeScript, matchLines, type Check } from './source-tree.ts'

const MARK = /\b(?:TODO|FIXME|XXX|HACK)\b/
const SWITCHED_OFF = /\b(?:test|it|describe)\.(?:skip|only|todo)\(|\bskip: true\b|\b[tc]\.skip\(/
const EMPTY_CATCH = /catch\s*(?:\([^)]*\))?\s*\{\s*\}/

/** Nothing half done lands: no marks, no tests that do not run, no swallowed errors. */
export const checkUnfinishedWork: Check = (files) =>
  files
    .filter(({ path }) => isTypeScript(path) && !path.startsWith('.ci/checks/'))
    .flatMap((file) => [
      ...matchLines(file, MARK, 'is marked as unfinished'),
      ...matchLines(file, SWITCHED_OFF, 'a test that does not run proves nothing'),
      ...matchLines(file, EMPTY_CATCH, 'swallows an error'),
    ])
