/** Writes numbers and bytes as Kafka's protocol has them, one after the other, into room that was counted before. */
export class ByteWriter {
  readonly bytes: Buffer
  #at: number

  constructor(size: number, start = 0) {
    // Not zeroed: every byte from the start on is written.
    this.bytes = Buffer.allocUnsafeSlow(size)
    this.#at = start
  }

  get at(): number {
    return this.#at
  }

  int8(value: number): this {
    this.#at = this.bytes.writeInt8(value, this.#at)
    return this
  }

  int16(value: number): this {
    this.#at = this.bytes.writeInt16BE(value, this.#at)
    return this
  }

  int32(value: number): this {
    this.#at = this.bytes.writeInt32BE(value, this.#at)
    return this
  }

  int64(value: number): this {
    this.#at = this.bytes.writeBigInt64BE(BigInt(value), this.#at)
    return this
  }

  /** A signed number in as few bytes as it needs. */
  varint(value: number): this {
    let rest = zigZag(value)
    for (; rest > 0x7f; rest >>>= 7) this.#at = this.bytes.writeUInt8((rest & 0x7f) | 0x80, this.#at)
    this.#at = this.bytes.writeUInt8(rest, this.#at)
    return this
  }

  /** Text with its length before it; null has the length -1. */
  text(value: string | null): this {
    if (value === null) return this.int16(-1)
    this.int16(Buffer.byteLength(value))
    this.#at += this.bytes.write(value, this.#at)
    return this
  }

  put(bytes: Buffer): this {
    this.#at += bytes.copy(this.bytes, this.#at)
    return this
  }

  /** Bytes with their length before them; null has the length -1. */
  varBytes(bytes: Buffer | null): this {
    return bytes === null ? this.varint(-1) : this.varint(bytes.length).put(bytes)
  }
}

const zigZag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0

export const sizeOfVarint = (value: number): number => Math.ceil((32 - Math.clz32(zigZag(value) | 1)) / 7)

export const sizeOfVarBytes = (bytes: Buffer | null): number =>
  bytes === null ? sizeOfVarint(-1) : sizeOfVarint(bytes.length) + bytes.length

export const sizeOfText = (value: string | null): number =>
  2 + (value === null ? 0 : Buffer.byteLength(value))
