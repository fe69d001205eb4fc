import { parentPort } from 'node:worker_threads'
import { AppendTables } from './chunk-writer.ts'
import { toUnavailable } from './sqlite-error.ts'
import type { AppendAnswer, AppendOrder } from './threaded-writer.ts'

/** The thread of a threaded writer: takes one order after the other, and closes its files on the word `close`. */
const tables = new AppendTables()

function obey({ id, topic, path, nowMs, rows, buffer }: AppendOrder): void {
  const answer: AppendAnswer = { id, buffer }
  try {
    const bytes = Buffer.from(buffer)
    tables.at(path).write(
      rows.map(({ start, end, ...row }) => ({ ...row, bytes: bytes.subarray(start, end) })),
      nowMs,
    )
  } catch (error) {
    const { reason, message } = toUnavailable(error, topic, path)
    answer.failure = { reason, message, cause: String(error) }
  }
  parentPort?.postMessage(answer, [buffer])
}

parentPort?.on('message', (order: AppendOrder | 'close') => {
  if (order !== 'close') return obey(order)
  tables.close()
  parentPort?.close()
})
