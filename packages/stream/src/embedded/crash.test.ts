import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import {
  collect,
  killHard,
  readNotes,
  spec,
  startChild,
  temporaryDirectory,
  toValue,
} from '../../test-support/stream-lab.ts'
import { until } from '../../test-support/until.ts'
import { splitLines } from '../append/chunk.ts'
import { openStream } from '../index.ts'
import { ChunkReader, ChunkTable } from './chunk-table.ts'
import { topicPath } from './topic-file.ts'

/** Thousands of copies are opened; where there is a file system in memory, they need not touch the disk. */
const COPIES = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const MAX_BYTES = 1024 ** 3
/** The smallest SQLite knows: there are fewer bytes to cut at, and each commit still spans several pages. */
const PAGE_BYTES = 512
const WAL_HEADER_BYTES = 32
const FRAME_BYTES = PAGE_BYTES + 24

interface Killed {
  readonly path: string
  readonly wal: Buffer
}

/** Files of a log whose only appender was killed, with what it had committed still in the write-ahead log. */
async function killAppender(t: Parameters<typeof temporaryDirectory>[0]): Promise<Killed> {
  const directory = temporaryDirectory(t)
  const path = topicPath(directory, 'cut')
  const small = new DatabaseSync(path)
  small.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; CREATE TABLE page_size (a); `)
  small.close()
  const settings = { kind: 'embedded', directory, maxBytes: MAX_BYTES } as const
  const stream = await openStream(settings)
  await stream.admin.ensureTopics([spec('cut', { partitions: 1 })])
  await stream.close()
  const notes = join(directory, 'acknowledged')
  const child = startChild(t, {
    role: 'append',
    settings,
    open: {},
    topic: 'cut',
    group: '',
    notes,
    firstId: 0,
  })
  await until('40 values are acknowledged', () => readNotes(notes).length >= 40)
  await killHard(child)
  return { path, wal: readFileSync(`${path}-wal`) }
}

/** Ends of the commits in a write-ahead log: a frame whose second word, the size of the file after it, is not 0. */
function commitEnds(wal: Buffer): number[] {
  const ends: number[] = []
  for (let at = WAL_HEADER_BYTES; at + FRAME_BYTES <= wal.length; at += FRAME_BYTES) {
    if (wal.readUInt32BE(at + 4) !== 0) ends.push(at + FRAME_BYTES)
  }
  return ends
}

function readValues(path: string): string[] {
  const database = new DatabaseSync(path)
  try {
    const chunks = [...new ChunkReader(database).read(0, 0n)]
    return chunks.flatMap(({ bytes, count }) => splitLines(bytes, count).map(String))
  } finally {
    database.close()
  }
}

/** Opens a copy whose write-ahead log ends after that many bytes, appends to it, and returns what it held before. */
function openCut({ path, wal }: Killed, copy: string, bytes: number): string[] {
  for (const file of [copy, `${copy}-shm`]) if (existsSync(file)) rmSync(file)
  copyFileSync(path, copy)
  writeFileSync(`${copy}-wal`, wal.subarray(0, bytes))
  const database = new DatabaseSync(copy)
  // The sync to the disk is not what this test is about; it would make it last a minute.
  database.exec('PRAGMA synchronous = OFF')
  const reader = new ChunkReader(database)
  const before = [...reader.read(0, 0n)].flatMap(({ bytes, count }) => splitLines(bytes, count).map(String))
  new ChunkTable(database).write(
    [{ partition: 0, key: undefined, count: 1, bytes: Buffer.from('"next"') }],
    0,
  )
  const after = [...reader.read(0, 0n)].at(-1)
  assert.equal(after?.bytes.toString(), '"next"')
  database.close()
  return before
}

test('cut at any byte of the last three commits, all earlier commits are whole and appends go on', async (t) => {
  const killed = await killAppender(t)
  const ends = commitEnds(killed.wal)
  const [before = 0, ...last] = ends.slice(-4)
  assert.equal(last.length, 3)
  const copy = join(temporaryDirectory(t, COPIES), 'copy.db')
  const wholeAt = new Map([before, ...last].map((end) => [end, openCut(killed, copy, end)]))
  const whole = wholeAt.get(last.at(-1) ?? 0) ?? []
  for (let bytes = before; bytes <= (last.at(-1) ?? 0); bytes += 1) {
    const lastWhole = [before, ...last].findLast((end) => end <= bytes) ?? 0
    const values = openCut(killed, copy, bytes)
    assert.deepEqual(values, wholeAt.get(lastWhole), `cut at byte ${bytes}`)
  }
  const sizes = [...wholeAt.values()].map((values) => values.length)
  assert.ok(sizes.every((size, index) => index === 0 || size > (sizes[index - 1] ?? 0)))
  for (const values of wholeAt.values()) assert.deepEqual(values, whole.slice(0, values.length))
})

test('a byte that changed in a commit takes that commit and the later ones away, and nothing before', async (t) => {
  const killed = await killAppender(t)
  const ends = commitEnds(killed.wal)
  const [start = 0, end = 0] = ends.slice(-3, -1)
  const copy = join(temporaryDirectory(t, COPIES), 'copy.db')
  const whole = openCut(killed, copy, start)
  for (const at of [start + 30, start + 200, end - 1]) {
    const wal = Buffer.from(killed.wal)
    wal.writeUInt8(wal.readUInt8(at) ^ 0x40, at)
    assert.deepEqual(openCut({ ...killed, wal }, copy, wal.length), whole)
  }
})

test('after kill -9 every acknowledged value is in the files', async (t) => {
  const { path } = await killAppender(t)
  const stored = new Set(readValues(path))
  const acknowledged = readNotes(join(path, '..', 'acknowledged')).map((mark) => JSON.stringify(mark))
  assert.ok(acknowledged.length >= 40)
  for (const value of acknowledged) assert.ok(stored.has(value), `${value} was acknowledged and is gone`)
})

test('a log that has lost its end goes on: groups that were further get what is appended now', async (t) => {
  const settings = { kind: 'embedded', directory: temporaryDirectory(t), maxBytes: MAX_BYTES } as const
  const path = topicPath(settings.directory, 'older')
  const run = async (ids: readonly number[]): Promise<number[]> => {
    const stream = await openStream(settings)
    await stream.admin.ensureTopics([spec('older', { partitions: 2 })])
    for (const id of ids) await stream.append('older', [toValue({ key: String(id), id })])
    const { consumer, marks } = await collect(stream, { topic: 'older', group: 'readers' })
    const isRead = async () => Object.values(await stream.admin.lag('readers', 'older')).every((n) => n === 0)
    await until('the group has read it all', isRead)
    await consumer.stop()
    await stream.close()
    return marks.map(({ id }) => id)
  }
  await run([1, 2])
  copyFileSync(path, `${path}.older`)
  await run([3, 4, 5])
  for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
  copyFileSync(`${path}.older`, path)
  assert.deepEqual(await run([6, 7]), [6, 7])
})
