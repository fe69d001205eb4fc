import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { CommandError } from '../command.ts'
import { readIfThere, writePrivateFile } from './private-file.ts'

const recordSchema = z.object({
  name: z.string(),
  pid: z.number(),
  /** When the process began, as the system counts; empty where it does not say. Tells a reused pid apart. */
  birth: z.string(),
})

/** A child of an instance, written down so that the next one can wait for it. */
export type ProcessRecord = z.output<typeof recordSchema>

const RETRY_MS = 50

export const toProcessRecord = (name: string, pid: number): ProcessRecord => ({
  name,
  pid,
  birth: readBirth(pid),
})

export const writeProcesses = (path: string, records: readonly ProcessRecord[]): Promise<void> =>
  writePrivateFile(path, JSON.stringify(records))

/** None when there is no file. */
export async function readProcesses(path: string): Promise<ProcessRecord[]> {
  const text = await readIfThere(path)
  return text === undefined ? [] : z.array(recordSchema).parse(JSON.parse(text))
}

/**
 * After a kill -9 the children end by themselves, a moment later. Two generations at work at once would do each piece
 * of work twice and hold each other's ports, so a start waits. Throws CommandError that names who did not end in time.
 */
export async function awaitPredecessors(path: string, waitMs: number): Promise<void> {
  const records = await readProcesses(path)
  const deadline = performance.now() + waitMs
  for (let left = records.filter(isAlive); left.length > 0; left = left.filter(isAlive)) {
    if (performance.now() > deadline) throw new CommandError(refusal(left))
    await delay(RETRY_MS)
  }
  await rm(path, { force: true })
}

const refusal = (left: readonly ProcessRecord[]): string =>
  `parts of the previous run have not ended: ${left.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')}; ` +
  `end them (kill -9 ${left.map(({ pid }) => pid).join(' ')}) and start again`

/** Whether that very process still lives. */
export function isAlive({ pid, birth }: ProcessRecord): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' && readBirth(pid) === birth
  }
  return readBirth(pid) === birth && !isZombie(pid)
}

/** Fields of /proc/PID/stat after the name, which may itself hold blanks and parentheses. Empty where there is no /proc. */
function readStat(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

const readBirth = (pid: number): string => readStat(pid)[19] ?? ''
const isZombie = (pid: number): boolean => readStat(pid)[0] === 'Z'
