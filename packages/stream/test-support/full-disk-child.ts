import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStream, StreamUnavailable, type OpenOptions, type Stream } from '../src/index.ts'
import { readBack, spec, toValue } from './stream-lab.ts'

/**
 * `full-disk-child.ts DIRECTORY APPENDS_IN`, where DIRECTORY is a small file system of its own: fills it, appends, makes
 * room, appends again. Says in one line of JSON what became of it all.
 */
const [directory = '', appendsIn] = process.argv.slice(2)
const options: OpenOptions = { appendsIn: appendsIn === 'thread' ? 'thread' : 'loop' }
const topic = 'topic'
const filler = join(directory, 'filler')
const acknowledged: number[] = []
let id = 0

const open = (): Promise<Stream> =>
  openStream({ kind: 'embedded', directory: join(directory, 'log'), maxBytes: 1024 ** 3 }, options)

async function append(stream: Stream): Promise<string> {
  id += 1
  try {
    await stream.append(topic, [toValue({ key: 'k', id })])
    acknowledged.push(id)
    return 'stored'
  } catch (error) {
    return error instanceof StreamUnavailable ? error.reason : String(error)
  }
}

function fillDisk(): void {
  for (const size of [100_000, 4096, 1]) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' })
    } catch (error) {
      if (!String(error).includes('ENOSPC')) throw error
    }
  }
}

async function appendUntil(stream: Stream, outcome: string): Promise<string> {
  let last = ''
  for (let attempt = 0; attempt < 2000 && last !== outcome; attempt += 1) last = await append(stream)
  return last
}

const stream = await open()
await stream.admin.ensureTopics([spec(topic, { partitions: 1 })])
const first = await append(stream)
fillDisk()
const whenFull = await appendUntil(stream, 'full')
const fresh = await open()
const whenOpenedFull = await append(fresh)
rmSync(filler)
const afterwards = [await appendUntil(stream, 'stored'), await appendUntil(fresh, 'stored')]
const log = await readBack(stream, topic, (marks) =>
  acknowledged.every((known) => marks.some((mark) => mark.id === known)),
)
const found = acknowledged.filter((known) => log.some((mark) => mark.id === known)).length
await stream.close()
await fresh.close()
process.stdout.write(
  JSON.stringify({ first, whenFull, whenOpenedFull, afterwards, missing: acknowledged.length - found }),
)
