import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, test } from 'node:test'

const root = resolve(import.meta.dirname, '../..')
const bin = (name: string): string => join(root, 'node_modules/.bin', name)

/** A violation to plant, and what the check that must notice it says. */
interface Plant {
  readonly rule: string
  readonly path: string
  readonly text: string
  readonly says: RegExp
}

const lines = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('\n')

const FOR_LINTER: readonly Plant[] = [
  {
    rule: 'a promise nobody waits for',
    path: 'collector/src/planted-floating.ts',
    text: 'const send = async (): Promise<void> => {}\nexport function begin(): void {\n  send()\n}\n',
    says: /no-floating-promises/,
  },
  {
    rule: 'a promise where a condition belongs',
    path: 'collector/src/planted-misused.ts',
    text: 'const isReady = async (): Promise<boolean> => true\nexport const go = (): number => (isReady() ? 1 : 2)\n',
    says: /no-misused-promises/,
  },
  {
    rule: 'a file over 300 lines',
    path: 'resolver/src/planted-long-file.ts',
    text: `${lines(301, (index) => `export const value${index} = ${index}`)}\n`,
    says: /max-lines\)/,
  },
  {
    rule: 'a function over 50 lines',
    path: 'resolver/src/planted-long-function.ts',
    text: `export function long(): number {\n  let sum = 0\n${lines(60, (index) => `  sum += ${index}`)}\n  return sum\n}\n`,
    says: /max-lines-per-function/,
  },
  {
    rule: 'a function with four parameters',
    path: 'resolver/src/planted-parameters.ts',
    text: 'export const sum = (a: number, b: number, c: number, d: number): number => a + b + c + d\n',
    says: /max-params/,
  },
  {
    rule: 'any',
    path: 'resolver/src/planted-any.ts',
    text: 'export const open = (value: any): string => String(value)\n',
    says: /no-explicit-any/,
  },
]

const FOR_CHECKS: readonly Plant[] = [
  {
    rule: 'a deployable that imports another',
    path: 'resolver/src/planted-sideways.ts',
    text: "export { createApp } from '@leadline/collector'\n",
    says: /planted-sideways.*resolver may import/,
  },
  {
    rule: 'a relative import out of the workspace',
    path: 'resolver/src/planted-escape.ts',
    text: "export * from '../../collector/src/app.ts'\n",
    says: /planted-escape.*leaves its workspace/,
  },
  {
    rule: 'a vendor client outside its place',
    path: 'collector/src/planted-vendor.ts',
    text: "export { Kafka } from 'kafkajs'\n",
    says: /planted-vendor.*kafkajs is imported in packages\/stream/,
  },
  {
    rule: 'a dependency of the snippet',
    path: 'snippet/src/planted-dependency.ts',
    text: "export { z } from 'zod'\n",
    says: /planted-dependency.*no dependency/,
  },
  {
    rule: 'a package that is not declared',
    path: 'collector/src/planted-undeclared.ts',
    text: "export { parse } from 'yaml'\n",
    says: /planted-undeclared.*package\.json does not name/,
  },
  {
    rule: 'a read of the environment',
    path: 'collector/src/planted-environment.ts',
    text: 'export const port = process.env["PORT"]\n',
    says: /planted-environment.*reads the environment/,
  },
  {
    rule: 'a name that says nothing',
    path: 'collector/src/string-utils.ts',
    text: 'export const empty = ""\n',
    says: /string-utils.*says nothing/,
  },
  {
    rule: 'a suppression without a reason',
    path: 'collector/src/planted-suppression.ts',
    text: '// oxlint-disable-next-line no-console\nexport const quiet = true\n',
    says: /planted-suppression.*without a reason/,
  },
  {
    rule: 'a test that does not run',
    path: 'collector/src/planted.test.ts',
    text: "import { test } from 'node:test'\ntest.skip('never', () => {})\n",
    says: /planted\.test.*does not run/,
  },
  {
    rule: 'a swallowed error',
    path: 'collector/src/planted-catch.ts',
    text: 'export function go(): void {\n  try {\n    JSON.parse("")\n  } catch {}\n}\n',
    says: /planted-catch.*swallows/,
  },
  {
    rule: 'unfinished work',
    path: 'collector/src/planted-mark.ts',
    text: '// TODO: the rest\nexport const rest = 0\n',
    says: /planted-mark.*unfinished/,
  },
  {
    rule: 'a path of one machine',
    path: 'collector/src/planted-path.ts',
    text: 'export const file = "/home/ann/leadline.yaml"\n',
    says: /planted-path.*one machine/,
  },
]

const FOR_COMPILER: readonly Plant[] = [
  {
    rule: 'an unchecked index',
    path: 'packages/contract/src/planted-index.ts',
    text: 'export const first = (list: readonly string[]): string => list[0]\n',
    says: /planted-index.*undefined/,
  },
  {
    rule: 'an enum',
    path: 'packages/contract/src/planted-enum.ts',
    text: 'export enum Side {\n  Left,\n}\n',
    says: /planted-enum.*erasableSyntaxOnly/,
  },
  {
    rule: 'an implicit any',
    path: 'packages/contract/src/planted-implicit.ts',
    text: 'export const same = (value) => value\n',
    says: /planted-implicit.*implicitly/,
  },
]

let copy = ''

before(() => {
  copy = mkdtempSync(join(tmpdir(), 'leadline-checks-'))
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  })
  for (const path of listed.stdout
    .toString()
    .split('\0')
    .filter((name) => /\.(ts|mjs|json)$/.test(name))) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    cpSync(join(root, path), join(copy, path), { force: true })
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  spawnSync('git', ['init', '-q'], { cwd: copy })
  for (const { path, text } of [...FOR_LINTER, ...FOR_CHECKS, ...FOR_COMPILER]) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    writeFileSync(join(copy, path), text)
  }
})

after(() => rmSync(copy, { recursive: true, force: true }))

function run(
  command: string,
  args: readonly string[],
): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: copy, encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

const TOOLS = [
  {
    name: 'the linter',
    plants: FOR_LINTER,
    run: () => run(bin('oxlint'), ['--type-aware', '--format=unix', 'collector', 'resolver']),
  },
  {
    name: 'the repository checks',
    plants: FOR_CHECKS,
    run: () => run(process.execPath, ['.ci/checks/main.ts']),
  },
  { name: 'the compiler', plants: FOR_COMPILER, run: () => run(bin('tsc'), ['-p', 'packages/contract']) },
] as const

for (const tool of TOOLS) {
  test(`${tool.name} fail on every planted violation`, async (t) => {
    const { status, output } = tool.run()
    assert.notEqual(status, 0, `${tool.name} passed in spite of the planted violations`)
    for (const plant of tool.plants) {
      await t.test(plant.rule, () => assert.match(output, plant.says))
    }
  })
}
