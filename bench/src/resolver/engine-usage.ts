import { readFile, writeFile } from 'node:fs/promises'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

/** What the embedded engine's process uses, as Linux counts it. */
export interface EngineUsage {
  readonly cpuMs: number
  /** By how much its memory grew at most. */
  readonly grownBytes: number
}

const TICK_MS = 10

/** CPU and memory that the engine takes for something; nothing is counted where there is no /proc. */
export async function measureEngine(warehouse: Warehouse, run: () => Promise<unknown>): Promise<EngineUsage> {
  if (process.platform !== 'linux') {
    await run()
    return { cpuMs: 0, grownBytes: 0 }
  }
  const folder = `/proc/${await findProcess(warehouse)}`
  await writeFile(`${folder}/clear_refs`, '5')
  const [cpuBefore, bytesBefore] = [await readCpu(folder), await readMemory(folder, 'VmRSS')]
  await run()
  const cpuMs = (await readCpu(folder)) - cpuBefore
  return { cpuMs, grownBytes: Math.max(0, (await readMemory(folder, 'VmHWM')) - bytesBefore) }
}

/** The engine writes its process id beside its data. */
async function findProcess(warehouse: Warehouse): Promise<number> {
  const [disk] = await warehouse.query(`SELECT path FROM system.disks WHERE name = 'default'`, {
    row: z.object({ path: z.string() }),
  })
  const status = await readFile(`${disk?.path ?? ''}/status`, 'utf8')
  return z.coerce
    .number()
    .positive()
    .parse(/^PID: (\d+)/.exec(status)?.[1])
}

async function readCpu(folder: string): Promise<number> {
  const [, fields = ''] = (await readFile(`${folder}/stat`, 'utf8')).split(') ')
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number)
  return (user + system) * TICK_MS
}

async function readMemory(folder: string, name: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`${folder}/status`, 'utf8')
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024
}
