import { releaseBytes } from '../append/release-bytes.ts'
import { ByteWriter, sizeOfText } from './byte-writer.ts'
import { encodeProduceRequest, type ProducedTopic } from './produce-request.ts'

/** What stands in kafkajs for a Produce request: the arguments, and what it makes of them. */
export type BuildProduce = (args: ProduceArgs) => { readonly encode: () => Promise<Encoded> }

export interface ProduceArgs {
  readonly acks: number
  readonly timeout: number
  readonly transactionalId?: string | null
  readonly producerId?: unknown
  readonly compression?: number
  readonly topicData: readonly {
    readonly topic: string
    readonly partitions: readonly { readonly partition: number; readonly messages: readonly Message[] }[]
  }[]
}

interface Message {
  readonly key?: unknown
  readonly value: unknown
  readonly headers?: Readonly<Record<string, unknown>>
  readonly timestamp?: unknown
}

/** Bytes in the shape that kafkajs' own encoder has. */
export interface Encoded {
  readonly buf: Buffer
  readonly buffer: Buffer
  /** The same with free room in front. */
  readonly roomy?: Buffer
}

/** What goes before a body takes some 20 bytes and the client's name. */
const HEAD_ROOM = 256

export interface BuilderParts {
  /** kafkajs' own. */
  readonly own: BuildProduce
  readonly lookupCodec: (codec: number) => {
    readonly compress: (encoder: { readonly buffer: Buffer }) => Promise<Buffer>
  }
  readonly crc32c: (bytes: Buffer) => number
  readonly now: () => number
}

/** Encodes what senders of this package send; any other request is left to kafkajs. */
export const createProduceBuilder =
  ({ own, lookupCodec, crc32c, now }: BuilderParts): BuildProduce =>
  (args) => {
    const topics = readTopics(args)
    if (topics === undefined) return own(args)
    const { acks, timeout: timeoutMs, compression: codec = 0 } = args
    const pack = (buffer: Buffer): Promise<Buffer> => lookupCodec(codec).compress({ buffer })
    const encode = async (): Promise<Encoded> => {
      const tools = { nowMs: now(), crc32c, pack, headRoom: HEAD_ROOM }
      const roomy = await encodeProduceRequest({ acks, timeoutMs, codec, topics }, tools)
      const buffer = roomy.subarray(HEAD_ROOM)
      return { buf: buffer, buffer, roomy }
    }
    return { ...own(args), encode }
  }

/** As `encodeProduceRequest` takes them; undefined when something is said that it does not write. */
function readTopics({
  transactionalId,
  producerId = -1,
  topicData,
}: ProduceArgs): ProducedTopic[] | undefined {
  if (typeof transactionalId === 'string' || producerId !== -1) return undefined
  const messages = topicData.flatMap(({ partitions }) => partitions.flatMap((one) => one.messages))
  if (!messages.every(isPlain)) return undefined
  return topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, messages }) => ({
      partition,
      records: messages.filter(isPlain).map(({ key, value, headers }) => ({
        key: key === null ? null : Buffer.from(key),
        value,
        headers: Object.entries(headers).map(
          ([name, text]) => [Buffer.from(name), Buffer.from(text)] as const,
        ),
      })),
    })),
  }))
}

interface PlainMessage {
  readonly key: string | null
  readonly value: Buffer
  readonly headers: Readonly<Record<string, string>>
}

const isPlain = (message: Message): message is Message & PlainMessage =>
  (message.key === null || typeof message.key === 'string') &&
  Buffer.isBuffer(message.value) &&
  message.timestamp === undefined &&
  message.headers !== undefined &&
  Object.values(message.headers).every((text) => typeof text === 'string')

/** Any request, with what goes before it. kafkajs copies it twice more, into zeroed room of up to twice the size. */
export async function buildRequest({
  correlationId,
  clientId,
  request,
}: {
  readonly correlationId: number
  readonly clientId: string
  readonly request: {
    readonly apiKey: number
    readonly apiVersion: number
    readonly encode: () => Promise<Encoded>
  }
}): Promise<{ readonly buffer: Buffer }> {
  const { buffer: body, roomy } = await request.encode()
  const headBytes = 8 + sizeOfText(clientId)
  const head = new ByteWriter(4 + headBytes).int32(headBytes + body.length)
  head.int16(request.apiKey).int16(request.apiVersion).int32(correlationId).text(clientId)
  if (roomy === undefined || head.bytes.length > HEAD_ROOM)
    return { buffer: Buffer.concat([head.bytes, body]) }
  const start = HEAD_ROOM - head.bytes.length
  head.bytes.copy(roomy, start)
  const buffer = roomy.subarray(start)
  roomOf.set(buffer, roomy)
  return { buffer }
}

/** What large requests were written into. */
const roomOf = new WeakMap<Buffer, Buffer>()

/** To be called when a request is with the system: a try after it is written anew. */
export function releaseRequest(request: Uint8Array | string): void {
  const room = Buffer.isBuffer(request) ? roomOf.get(request) : undefined
  if (room) releaseBytes(room)
}
