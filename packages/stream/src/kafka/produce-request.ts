import { ByteWriter, sizeOfText, sizeOfVarBytes, sizeOfVarint } from './byte-writer.ts'

/**
 * The body of a Produce request, version 3 to 7, with record batches of format 2, written once into room of its size.
 * kafkajs copies each record nine times, every time into zeroed room of up to twice the size: of a large send that is
 * most of what it costs. The format: https://kafka.apache.org/documentation/#recordbatch
 */
export interface ProduceRequest {
  readonly acks: number
  readonly timeoutMs: number
  /** Number of the codec; 0 for none. */
  readonly codec: number
  readonly topics: readonly ProducedTopic[]
}

export interface ProducedTopic {
  readonly topic: string
  readonly partitions: readonly { readonly partition: number; readonly records: readonly ProducedRecord[] }[]
}

export interface ProducedRecord {
  readonly key: Buffer | null
  readonly value: Buffer
  readonly headers: readonly (readonly [name: Buffer, value: Buffer])[]
}

export interface ProduceTools {
  readonly nowMs: number
  readonly crc32c: (bytes: Buffer) => number
  /** Packs records by the request's codec; not called without one. */
  readonly pack: (records: Buffer) => Promise<Buffer>
  /** Bytes that are left free in front, for what goes before the body. */
  readonly headRoom: number
}

export async function encodeProduceRequest(request: ProduceRequest, tools: ProduceTools): Promise<Buffer> {
  const topics = await Promise.all(
    request.topics.map(async ({ topic, partitions }) => ({
      topic,
      batches: await Promise.all(partitions.map((partition) => toBatch(partition, request.codec, tools))),
    })),
  )
  const writer = new ByteWriter(tools.headRoom + sizeOfRequest(topics), tools.headRoom)
  writer.text(null).int16(request.acks).int32(request.timeoutMs).int32(topics.length)
  for (const { topic, batches } of topics) {
    writer.text(topic).int32(batches.length)
    for (const batch of batches) writeBatch(writer, batch, { codec: request.codec, ...tools })
  }
  return writer.bytes
}

/** The records of one partition, ready to be written. */
interface RecordBatch {
  readonly partition: number
  readonly count: number
  /** Of what follows the head. */
  readonly bodyBytes: number
  readonly writeBody: (writer: ByteWriter) => void
}

async function toBatch(
  { partition, records }: ProducedTopic['partitions'][number],
  codec: number,
  { pack }: ProduceTools,
): Promise<RecordBatch> {
  const plainBytes = records.reduce((sum, record, index) => sum + sizeOfRecord(record, index), 0)
  const writePlain = (writer: ByteWriter): void =>
    records.forEach((record, index) => writeRecord(writer, record, index))
  const batch = { partition, count: records.length }
  if (codec === 0) return { ...batch, bodyBytes: plainBytes, writeBody: writePlain }
  const plain = new ByteWriter(plainBytes)
  writePlain(plain)
  const packed = await pack(plain.bytes)
  return { ...batch, bodyBytes: packed.length, writeBody: (writer) => void writer.put(packed) }
}

/** Bytes of a batch up to the number of its records; from the checksum on; and where these places lie in it. */
const HEAD_BYTES = 61
const LENGTH_COUNTS_FROM = 12
const CHECKSUM_AT = 17
const CHECKED_FROM = 21
const FORMAT = 2

const sizeOfRequest = (
  topics: readonly { readonly topic: string; readonly batches: readonly RecordBatch[] }[],
): number =>
  topics.reduce(
    (sum, { topic, batches }) =>
      sum +
      sizeOfText(topic) +
      4 +
      batches.reduce((size, { bodyBytes }) => size + 8 + HEAD_BYTES + bodyBytes, 0),
    sizeOfText(null) + 2 + 4 + 4,
  )

function writeBatch(
  writer: ByteWriter,
  { partition, count, bodyBytes, writeBody }: RecordBatch,
  { codec, nowMs, crc32c }: ProduceTools & { readonly codec: number },
): void {
  const size = HEAD_BYTES + bodyBytes
  writer.int32(partition).int32(size)
  const start = writer.at
  writer.int64(0).int32(size - LENGTH_COUNTS_FROM)
  // Leader epoch, format, checksum (known at the end), codec, number of the last record.
  writer
    .int32(0)
    .int8(FORMAT)
    .int32(0)
    .int16(codec)
    .int32(count - 1)
  writer.int64(nowMs).int64(nowMs)
  // Producer, its epoch, first sequence number: none, as producers that are not idempotent say it.
  writer.int64(-1).int16(0).int32(0)
  writer.int32(count)
  writeBody(writer)
  const batch = writer.bytes.subarray(start, writer.at)
  batch.writeUInt32BE(crc32c(batch.subarray(CHECKED_FROM)), CHECKSUM_AT)
}

/** Attributes and the distance from the first record's time, both 0, take a byte each. */
const sizeOfContent = ({ key, value, headers }: ProducedRecord, index: number): number =>
  2 +
  sizeOfVarint(index) +
  sizeOfVarBytes(key) +
  sizeOfVarBytes(value) +
  headers.reduce(
    (sum, [name, text]) => sum + sizeOfVarBytes(name) + sizeOfVarBytes(text),
    sizeOfVarint(headers.length),
  )

function sizeOfRecord(record: ProducedRecord, index: number): number {
  const bytes = sizeOfContent(record, index)
  return sizeOfVarint(bytes) + bytes
}

function writeRecord(writer: ByteWriter, record: ProducedRecord, index: number): void {
  writer.varint(sizeOfContent(record, index)).int8(0).varint(0).varint(index)
  writer.varBytes(record.key).varBytes(record.value).varint(record.headers.length)
  for (const [name, text] of record.headers) writer.varBytes(name).varBytes(text)
}
