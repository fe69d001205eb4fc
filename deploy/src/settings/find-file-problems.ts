import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import type { Settings } from '@leadline/contract'

/** What is wrong with the files that settings name, a line for each; `madeAtStart` need not be there yet. */
export async function findFileProblems(
  { collector }: Pick<Settings, 'collector'>,
  madeAtStart: readonly string[],
): Promise<readonly string[]> {
  const named = { 'collector.tagFile': collector.tagFile, 'collector.geo.file': collector.geo.file }
  const problems: string[] = []
  for (const [setting, file] of Object.entries(named)) {
    if (file === undefined || madeAtStart.includes(file)) continue
    const problem = await findProblem(file)
    if (problem !== undefined) problems.push(`${setting}: ${file} ${problem}; correct the path`)
  }
  return problems
}

async function findProblem(file: string): Promise<string | undefined> {
  try {
    if (!(await stat(file)).isFile()) return 'is not a file'
    await access(file, constants.R_OK)
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
      ? 'does not exist'
      : 'cannot be read'
  }
}
