import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'

/** A tracked or new (not ignored) file of the repository, `path` relative to its root with forward slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

export interface Violation {
  readonly path: string
  /** 1-based; 0 for the whole file. */
  readonly line: number
  readonly message: string
}

export type Check = (files: readonly SourceFile[]) => readonly Violation[]

const TEXT =
  /\.(ts|mts|mjs|js|json|md|ya?ml|sql|html|css|xml|sh|txt)$|(^|\/)\.[a-z]+(rc|ignore)?$|^\.ci\/run$/

/** Files as git sees them: what is tracked, and what would be added. */
export function readTree(root: string): SourceFile[] {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (listed.status !== 0) throw new Error(`git ls-files failed in ${root}: ${listed.stderr}`)
  return listed.stdout
    .split('\0')
    .filter((path) => TEXT.test(path))
    .flatMap((path) => readIfThere(root, path))
}

/** A file that was deleted but is still tracked is left out. */
function readIfThere(root: string, path: string): SourceFile[] {
  try {
    return [{ path, text: readFileSync(join(root, path), 'utf8') }]
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

export const isTypeScript = (path: string): boolean => path.endsWith('.ts')

/** Tests and what only they use: they may reach further than product code. */
export const isTest = (path: string): boolean =>
  path.endsWith('.test.ts') || /(^|\/)(test-support|test-broker|e2e)\//.test(path)

/** One violation for each line that matches. */
export function matchLines(file: SourceFile, pattern: RegExp, message: string): Violation[] {
  return file.text
    .split('\n')
    .flatMap((text, index) => (pattern.test(text) ? [{ path: file.path, line: index + 1, message }] : []))
}
