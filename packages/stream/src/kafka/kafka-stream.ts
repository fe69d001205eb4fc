import type { Settings } from '@leadline/contract'
import type { Stream } from '../stream.ts'

export type KafkaSettings = Extract<Settings['stream'], { kind: 'kafka' }>

export async function openKafkaStream(settings: KafkaSettings): Promise<Stream> {
  throw new Error(`the Kafka adapter is not in this build yet (${settings.clientId})`)
}
