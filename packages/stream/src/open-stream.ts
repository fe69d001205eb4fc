import { openEmbeddedStream, type EmbeddedSettings } from './embedded/embedded-stream.ts'
import { openKafkaStream, type KafkaSettings } from './kafka/kafka-stream.ts'
import type { OpenOptions, Stream } from './stream.ts'

export type StreamSettings = EmbeddedSettings | KafkaSettings

/** Opens the log that the settings name. Embedded: the directory is made; several processes may open it at once. */
export async function openStream(settings: StreamSettings, options: OpenOptions = {}): Promise<Stream> {
  return settings.kind === 'embedded'
    ? await openEmbeddedStream(settings, options)
    : await openKafkaStream(settings, options)
}
