import { posix } from 'node:path'
import { isTest, isTypeScript, type Check, type SourceFile, type Violation } from './source-tree.ts'

/** Which of our workspaces each one may import. Nobody imports deploy or bench. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'packages/contract': [],
  'packages/runtime': [],
  'packages/stream': ['contract'],
  'packages/warehouse': ['contract', 'runtime', 'config'],
  'packages/config': ['contract'],
  'packages/salesforce-sandbox': ['runtime'],
  snippet: ['contract/wire'],
  collector: ['contract', 'stream', 'config', 'runtime'],
  resolver: ['contract', 'stream', 'config', 'runtime', 'warehouse'],
  'crm-sync': ['contract', 'stream', 'config', 'runtime', 'warehouse'],
  console: ['contract', 'stream', 'config', 'runtime', 'warehouse'],
}

/** One vendor, one place: path prefixes where each client may be imported. */
const VENDORS: Readonly<Record<string, readonly string[]>> = {
  kafkajs: ['packages/stream/'],
  '@clickhouse/client': ['packages/warehouse/'],
  chdb: ['packages/warehouse/'],
  jsforce: ['crm-sync/src/salesforce/', 'packages/salesforce-sandbox/'],
  hono: ['collector/', 'console/', 'deploy/local/'],
  react: ['snippet/react/', 'snippet/npm/package.test.ts'],
  'web-vitals': ['snippet/src/vitals/'],
}

const IMPORT = /(?:\bfrom|^\s*import|\bimport\()\s*['"]([^'"\s]+)['"]/gm

export const checkImportDirection: Check = (files) =>
  files
    .filter(({ path }) => isTypeScript(path) && !path.startsWith('.ci/'))
    .flatMap((file) => importsOf(file).flatMap((found) => judge(file, found)))

interface Found {
  readonly specifier: string
  readonly line: number
}

const importsOf = (file: SourceFile): Found[] =>
  [...file.text.matchAll(IMPORT)].map((match) => ({
    specifier: match[1] ?? '',
    line: file.text.slice(0, match.index).split('\n').length,
  }))

export function workspaceOf(path: string): string {
  const [first = '', second = ''] = path.split('/')
  return first === 'packages' ? `packages/${second}` : first
}

function judge(file: SourceFile, found: Found): Violation[] {
  const reason = found.specifier.startsWith('.') ? judgeRelative(file, found) : judgePackage(file, found)
  return reason
    ? [{ path: file.path, line: found.line, message: `import of ${found.specifier}: ${reason}` }]
    : []
}

function judgeRelative(file: SourceFile, { specifier }: Found): string | undefined {
  const target = posix.normalize(posix.join(posix.dirname(file.path), specifier))
  if (file.path === 'packages/contract/src/wire.ts')
    return 'wire.ts imports nothing, the snippet depends on it'
  if (workspaceOf(target) !== workspaceOf(file.path))
    return 'leaves its workspace; import the package by name'
  if (!isTest(file.path) && /(^|\/)test-support\//.test(target))
    return 'product code must not import test support'
  return undefined
}

function judgePackage(file: SourceFile, { specifier }: Found): string | undefined {
  const workspace = workspaceOf(file.path)
  if (file.path === 'packages/contract/src/wire.ts')
    return 'wire.ts imports nothing, the snippet depends on it'
  const ours = /^@leadline\/(.+)$/.exec(specifier)?.[1]
  if (ours !== undefined) return isTest(file.path) ? undefined : judgeOurs(workspace, ours)
  if (workspace === 'packages/contract' && specifier !== 'zod' && !isTest(file.path))
    return 'contract imports zod only'
  if (isTagSource(file.path) && specifier !== 'web-vitals') return 'the snippet has no dependency'
  return judgeVendor(file.path, specifier)
}

const isTagSource = (path: string): boolean => path.startsWith('snippet/src/') && !isTest(path)

function judgeOurs(workspace: string, target: string): string | undefined {
  const allowed = ALLOWED[workspace]
  if (allowed === undefined) return undefined
  return allowed.some((name) => target === name || target.startsWith(`${name}/`))
    ? undefined
    : `${workspace} may import ${allowed.join(', ') || 'none of ours'}`
}

function judgeVendor(path: string, specifier: string): string | undefined {
  const vendor = Object.keys(VENDORS).find((name) => specifier === name || specifier.startsWith(`${name}/`))
  const places = vendor === undefined ? undefined : VENDORS[vendor]
  if (places === undefined || places.some((place) => path.startsWith(place))) return undefined
  return `${vendor} is imported in ${places.join(', ')} only`
}
