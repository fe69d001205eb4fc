/** What `npm test` does, in order. A stage is a set of commands, or a set of test files; both count into the total. */

export interface CommandStage {
  readonly kind: 'commands'
  readonly name: string
  readonly commands: readonly (readonly string[])[]
}

export interface TestStage {
  readonly kind: 'tests'
  readonly name: string
  readonly pattern: RegExp
  /** Test files at once. Much of a test of faults is waiting; what is timed wants the machine to itself. */
  readonly concurrency: number
}

export type Stage = CommandStage | TestStage

export const STAGES: readonly Stage[] = [
  { kind: 'commands', name: 'build', commands: [['npm', 'run', '-s', 'build']] },
  { kind: 'commands', name: 'lint', commands: [['npm', 'run', '-s', 'lint']] },
  { kind: 'commands', name: 'typecheck', commands: [['npm', 'run', '-s', 'typecheck']] },
  { kind: 'tests', name: 'unit', pattern: /(?<!\.(?:kafka|browser|e2e))\.test\.ts$/, concurrency: 4 },
  { kind: 'tests', name: 'browser', pattern: /\.browser\.test\.ts$/, concurrency: 2 },
  { kind: 'tests', name: 'kafka', pattern: /\.kafka\.test\.ts$/, concurrency: 3 },
  { kind: 'tests', name: 'e2e', pattern: /\.e2e\.test\.ts$/, concurrency: 2 },
]
