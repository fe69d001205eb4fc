import { readFileSync, readlinkSync } from 'node:fs'

/** Where a process runs and its number there. */
export interface ProcessIdentity {
  /** Processes of the same place see each other's numbers; empty when that cannot be told. */
  readonly place: string
  readonly pid: number
}

/** One boot of a machine and one process namespace: two containers may share a host name and not their numbers. */
export function identifyProcess(): ProcessIdentity {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return { place: `${boot} ${readlinkSync('/proc/self/ns/pid')}`, pid: process.pid }
  } catch {
    return { place: '', pid: process.pid }
  }
}

/** Whether it surely has ended. One that may not be signalled runs all the same. */
export function hasEnded(other: ProcessIdentity, own: ProcessIdentity): boolean {
  if (other.place === '' || other.place !== own.place) return false
  try {
    process.kill(other.pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
