import { createInterface } from 'node:readline'
import { readNumbers } from '../measurement.ts'

/** What a target has used since its start. */
export interface Usage {
  readonly cpuUs: number
  readonly rssBytes: number
}

export function parseUsage(line: string): Usage {
  const read = readNumbers(line)
  return { cpuUs: read('cpuUs'), rssBytes: read('rssBytes') }
}

/** Says where it listens, answers each line with its usage, and stops when its input ends. */
export async function serveTarget(target: { url: string; stop(): Promise<void> }): Promise<void> {
  process.stdout.write(`${target.url}\n`)
  for await (const _ of createInterface({ input: process.stdin })) {
    const { user, system } = process.cpuUsage()
    process.stdout.write(`${JSON.stringify({ cpuUs: user + system, rssBytes: process.memoryUsage.rss() })}\n`)
  }
  await target.stop()
  process.exit()
}
