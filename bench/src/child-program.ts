import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A program of this folder in a process of its own, spoken to in lines. */
export interface Program {
  /** What it said first: it is ready then. */
  readonly firstLine: string
  /** Sends a line and waits for the next one. */
  ask(line: string): Promise<string>
  /** Closes its input, which ends it. */
  stop(): Promise<void>
}

export async function startProgram(
  file: string,
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<Program> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, [...nodeOptions, path, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const line = await lines.next()
    if (line.done) throw new Error(`${file} ended before it answered`)
    return line.value
  }
  return {
    firstLine: await next(),
    async ask(line) {
      child.stdin.write(`${line}\n`)
      return await next()
    },
    async stop() {
      child.stdin.end()
      await exited
    },
  }
}
