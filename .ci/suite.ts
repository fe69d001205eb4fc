import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { provideNeeds } from './machine-needs.ts'
import { STAGES, type CommandStage, type Stage, type TestStage } from './stages.ts'

/** `npm test` runs every stage; `npm test -- unit browser` runs those. The last line counts all of them. */

interface Count {
  readonly passed: number
  readonly failed: number
}

const root = resolve(import.meta.dirname, '..')

/** Longest that one test file may take. */
const FILE_TIMEOUT_MS = 8 * 60_000

function runCommands(stage: CommandStage): Count {
  const failed = stage.commands.filter(([command = '', ...args]) => {
    const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
    return status !== 0
  })
  return { passed: stage.commands.length - failed.length, failed: failed.length }
}

const testFiles = (pattern: RegExp): string[] =>
  globSync(['**/*.test.ts', '.ci/**/*.test.ts'], {
    cwd: root,
    exclude: (name) => /^(node_modules|dist|\.cache)$/.test(name),
  })
    .filter((path) => pattern.test(path) && !path.includes('node_modules'))
    .map((path) => resolve(root, path))
    .sort()

/** A stage without tests, a skipped test and a test marked as unfinished count as failures. */
async function runTests(stage: TestStage): Promise<Count> {
  const files = testFiles(stage.pattern)
  if (files.length === 0) {
    console.error(`stage ${stage.name} has no test files`)
    return { passed: 0, failed: 1 }
  }
  const count = { passed: 0, failed: 0 }
  const events = run({ files, concurrency: stage.concurrency, cwd: root, timeout: FILE_TIMEOUT_MS })
  events.on('test:summary', ({ file, counts }) => {
    if (file !== undefined) return
    count.passed += counts.passed
    count.failed += counts.tests - counts.passed
  })
  events.on('test:fail', ({ name, file }) => console.error(`not ok: ${relative(root, file ?? '')} ${name}`))
  await events.compose(new spec()).forEach((text: unknown) => {
    process.stdout.write(String(text))
  })
  return count
}

async function runStage(stage: Stage): Promise<Count> {
  const started = Date.now()
  console.log(`\n== ${stage.name}`)
  const count = stage.kind === 'commands' ? runCommands(stage) : await runTests(stage)
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.log(`== ${stage.name}: ${count.passed} passed, ${count.failed} failed, ${seconds} s`)
  return count
}

function chosen(names: readonly string[]): readonly Stage[] {
  const unknown = names.filter((name) => !STAGES.some((stage) => stage.name === name))
  if (unknown.length === 0)
    return names.length === 0 ? STAGES : STAGES.filter(({ name }) => names.includes(name))
  throw new Error(`no stage ${unknown.join(', ')}; there are ${STAGES.map(({ name }) => name).join(', ')}`)
}

const stages = chosen(process.argv.slice(2))
provideNeeds()
// Each test file, and each program it starts, is a process of its own: what one has compiled the next need not.
process.env['NODE_COMPILE_CACHE'] ??= resolve(root, '.cache/compiled')
const total = { passed: 0, failed: 0 }
for (const stage of stages) {
  const { passed, failed } = await runStage(stage)
  total.passed += passed
  total.failed += failed
}
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
