const FIRST_BYTES = 1024
/** A larger buffer is not kept. */
const KEPT_BYTES = 2 * 1024 ** 2
/** Up to here a loop is faster than a call of the runtime. */
const SHORT_TEXT = 48
/** Of a UTF-16 unit in UTF-8. */
const MAX_BYTES_OF_UNIT = 3
const MAX_VARINT_BYTES = 10
const NUMBER_BYTES = 8
const HIGH = 2 ** 32

/** Bytes in a buffer that grows, and is used again for the next block. */
export class ByteWriter {
  #bytes: Buffer
  #at = 0

  constructor(room = FIRST_BYTES) {
    this.#bytes = Buffer.allocUnsafe(room)
  }

  clear(): void {
    this.#at = 0
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.allocUnsafe(FIRST_BYTES)
  }

  /** What was written since `clear`, until it is written on. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  varint(value: number): void {
    this.#reserve(MAX_VARINT_BYTES)
    this.#at = putVarint(this.#bytes, this.#at, value)
  }

  /** A byte for each row: 1 for those that are named, in order. */
  marks(rows: readonly number[], count: number): void {
    this.#reserve(count)
    this.#bytes.fill(0, this.#at, this.#at + count)
    for (const row of rows) this.#bytes[this.#at + row] = 1
    this.#at += count
  }

  /** Whole numbers within 2^53. */
  int64s(values: readonly number[]): void {
    this.#reserve(values.length * NUMBER_BYTES)
    for (const value of values) {
      this.#bytes.writeInt32LE(value | 0, this.#at)
      this.#bytes.writeInt32LE(Math.floor(value / HIGH) | 0, this.#at + 4)
      this.#at += NUMBER_BYTES
    }
  }

  float64s(values: readonly number[]): void {
    this.#reserve(values.length * NUMBER_BYTES)
    for (const value of values) this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  append({ bytes }: { readonly bytes: Buffer }): void {
    this.#reserve(bytes.length)
    this.#at += bytes.copy(this.#bytes, this.#at)
  }

  /** Length and UTF-8. Half of a surrogate pair, which any page can send and no UTF-8 has, becomes U+FFFD. */
  text(value: string): void {
    const units = value.length
    this.#reserve(MAX_VARINT_BYTES + units * MAX_BYTES_OF_UNIT)
    if (units > SHORT_TEXT || !this.#putShortAscii(value)) this.#putUtf8(value)
  }

  #putShortAscii(value: string): boolean {
    const bytes = this.#bytes
    const start = this.#at
    bytes[start] = value.length
    for (let i = 0; i < value.length; i += 1) {
      const unit = value.charCodeAt(i)
      if (unit > 0x7f) return false
      bytes[start + 1 + i] = unit
    }
    this.#at = start + 1 + value.length
    return true
  }

  /** Room for the length is left as if all were ASCII, which it mostly is. */
  #putUtf8(value: string): void {
    const start = this.#at
    const from = start + sizeOfVarint(value.length)
    const length = this.#bytes.write(value, from, 'utf8')
    const to = start + sizeOfVarint(length)
    if (to !== from) this.#bytes.copyWithin(to, from, from + length)
    putVarint(this.#bytes, start, length)
    this.#at = to + length
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}

/** Writes 7 bits a byte, the lowest first; returns where it ends. */
function putVarint(bytes: Buffer, start: number, value: number): number {
  let at = start
  let rest = value
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  bytes[at++] = rest
  return at
}

function sizeOfVarint(value: number): number {
  let size = 1
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) size += 1
  return size
}
