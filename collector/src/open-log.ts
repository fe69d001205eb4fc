import { DEAD_TOPIC, EVENTS_TOPIC, TOPICS, type Settings } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import { openStream, type Stream } from '@leadline/stream'
import { SpoolingStream, type SpooledStream } from './spool/spooling-stream.ts'

/** Topics that the collector appends to. */
export const collectorTopics = TOPICS.filter(({ name }) => name === EVENTS_TOPIC || name === DEAD_TOPIC)

/** The log of the settings as the collector uses it: written in a thread, and with a spool when it is Kafka's. */
export async function openLog(settings: Settings['stream'], log: Log): Promise<Stream | SpooledStream> {
  if (settings.kind === 'embedded' || settings.spool.directory === undefined)
    return await openStream(settings, { appendsIn: 'thread' })
  const { directory, maxBytes, afterMs } = settings.spool
  const primary = await openStream(settings, { appendDeadlineMs: afterMs })
  const spool = await openStream({ kind: 'embedded', directory, maxBytes }, { appendsIn: 'thread' })
  // One partition each: what waits here is drained in the order in which it came.
  const topics = collectorTopics.map((topic) => ({ ...topic, partitions: 1 }))
  const stream = new SpoolingStream({ primary, spool, topics, log })
  await stream.open()
  return stream
}
