import type { Settings } from '@leadline/contract'
import { openEmbeddedStream } from './embedded/embedded-stream.ts'
import { openKafkaStream } from './kafka/kafka-stream.ts'
import type { OpenOptions, Stream } from './stream.ts'

/** Opens the log that the settings name. Embedded: the directory is made; several processes may open it at once. */
export async function openStream(settings: Settings['stream'], options: OpenOptions = {}): Promise<Stream> {
  return settings.kind === 'embedded'
    ? await openEmbeddedStream(settings, options)
    : await openKafkaStream(settings, options)
}
