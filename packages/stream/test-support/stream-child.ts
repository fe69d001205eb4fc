import { appendFileSync } from 'node:fs'
import { openStream } from '../src/index.ts'
import { marksIn, toValue, type ChildTask, type Mark } from './stream-lab.ts'

const KEYS = 8

const task: ChildTask = JSON.parse(process.argv[2] ?? '{}')
const stream = await openStream(task.settings, task.open)
// Notes are written by the kernel before the call returns: they survive SIGKILL.
// A test that has ended takes its directory away; the child ends with it.
process.on('disconnect', () => process.exit())
const note = (marks: readonly Mark[]): void =>
  appendFileSync(task.notes, marks.map((mark) => `${JSON.stringify(mark)}\n`).join(''))

if (task.role === 'consume') {
  const { topic, group } = task
  await stream.consume({
    topic,
    group,
    handle: async (batch) => note(marksIn(batch)),
    onFailure: ({ error }) => console.error(error),
  })
} else {
  await Promise.all(Array.from({ length: KEYS }, (_, index) => appendForEver(`k${index}`, task.firstId)))
}

async function appendForEver(key: string, firstId: number): Promise<void> {
  for (let id = firstId; ; id += 1) {
    await stream.append(task.topic, [toValue({ key, id })])
    note([{ key, id }])
  }
}
