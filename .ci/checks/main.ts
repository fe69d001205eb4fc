import { checkDeclaredDependencies, checkExactVersions } from './declared-dependencies.ts'
import { checkEnvironmentReads } from './environment-reads.ts'
import { checkForbiddenNames } from './forbidden-names.ts'
import { checkImportDirection } from './import-direction.ts'
import { checkMachineTraces } from './machine-traces.ts'
import { readTree, type Check } from './source-tree.ts'
import { checkSuppressions } from './suppressions.ts'
import { checkUnfinishedWork } from './unfinished-work.ts'

const CHECKS: readonly Check[] = [
  checkImportDirection,
  checkDeclaredDependencies,
  checkExactVersions,
  checkEnvironmentReads,
  checkForbiddenNames,
  checkSuppressions,
  checkUnfinishedWork,
  checkMachineTraces,
]

const files = readTree(process.cwd())
const violations = CHECKS.flatMap((check) => check(files))
for (const { path, line, message } of violations)
  console.error(`${path}${line > 0 ? `:${line}` : ''}  ${message}`)
console.log(`${files.length} files, ${CHECKS.length} checks, ${violations.length} violations`)
if (violations.length > 0) process.exitCode = 1
