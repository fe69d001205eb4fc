import { readdir, readFile } from 'node:fs/promises'
import { waitUntil } from './wait-until.ts'

/** A quarter of a second, in the kernel's ticks. */
const BUSY_TICKS = 25

interface Process {
  readonly pid: number
  readonly parent: number
  readonly command: string
  readonly ticks: number
}

/**
 * Kills the process of a page where no driver tells which it is: the one beneath this process, with a command
 * like this, that the page can make work at will.
 */
export async function killBusiest(command: RegExp, run: (script: string) => Promise<unknown>): Promise<void> {
  const before = new Map((await listBeneath(process.pid)).map(({ pid, ticks }) => [pid, ticks]))
  let pid = 0
  await waitUntil('the process of the page', async () => {
    await run(`(() => { const end = performance.now() + 300; while (performance.now() < end); return 0 })()`)
    const worked = (await listBeneath(process.pid))
      .filter((found) => command.test(found.command))
      .map((found) => ({ ...found, ticks: found.ticks - (before.get(found.pid) ?? 0) }))
      .sort((one, other) => other.ticks - one.ticks)
    const [first, second] = worked
    if (!first || first.ticks < BUSY_TICKS + 3 * (second?.ticks ?? 0)) return false
    pid = first.pid
    return true
  })
  process.kill(pid, 'SIGKILL')
}

/** Processes beneath one, as `/proc` has them. */
async function listBeneath(root: number): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const all = (await Promise.all(pids.map(readProcess))).filter((found) => found !== undefined)
  const beneath: Process[] = []
  const take = (parent: number): void => {
    for (const found of all.filter((one) => one.parent === parent)) {
      beneath.push(found)
      take(found.pid)
    }
  }
  take(root)
  return beneath
}

/** Undefined where it has ended meanwhile. */
async function readProcess(pid: string): Promise<Process | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number)
    return { pid: Number(pid), parent: parent ?? 0, command, ticks: (user ?? 0) + (system ?? 0) }
  } catch {
    return undefined
  }
}
