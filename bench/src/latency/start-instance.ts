import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'

const endpoints = z.object({
  collector: z.string(),
  sandbox: z.string(),
  workspace: z.number(),
  writeKey: z.string(),
  clickhouse: z.object({ url: z.string(), user: z.string(), password: z.string() }),
})

/** All of Leadline in one process tree, as `leadline start` runs it, with a simulated org. */
export interface Instance extends z.output<typeof endpoints> {
  /** Resolves when there is nothing left to do. */
  idle(): Promise<void>
  stop(): Promise<void>
}

const LEADLINE = join(import.meta.dirname, '../../../deploy/bin/leadline.mjs')
const START_WITHIN_MS = 120_000
const IDLE_WITHIN_MS = 300_000
const LOOK_MS = 1000

export async function startInstance(): Promise<Instance> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-latency-'))
  const child = spawn(process.execPath, [LEADLINE, 'start', '--data', directory, '--port', '0'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const stop = async (): Promise<void> => {
    await endOf(child)
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const found = await waitFor(START_WITHIN_MS, 'ready', async () => {
      if (child.exitCode !== null) throw new Error(`leadline start ended with ${child.exitCode}`)
      return await readEndpoints(join(directory, 'endpoints.json'))
    })
    const idle = async (): Promise<void> =>
      void (await waitFor(IDLE_WITHIN_MS, 'idle', () => isIdle(directory)))
    return { ...found, idle, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function waitFor<T>(withinMs: number, what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`the instance was not ${what} within ${withinMs} ms`)
    await setTimeout(LOOK_MS)
  }
}

async function readEndpoints(path: string): Promise<z.output<typeof endpoints> | undefined> {
  try {
    return endpoints.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function isIdle(directory: string): Promise<true | undefined> {
  const child = spawn(process.execPath, [LEADLINE, 'status', '--data', directory, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
  await once(child, 'close')
  return z.object({ idle: z.boolean() }).parse(JSON.parse(text)).idle || undefined
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
