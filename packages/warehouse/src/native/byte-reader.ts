/** Reads a buffer from its beginning to its end. What is cut off is a RangeError. */
export class ByteReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** 7 bits a byte, the lowest first. */
  varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes.readUInt8(this.#at++)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }

  /** Length and UTF-8. */
  text(): string {
    const length = this.varint()
    return this.#toText(this.#take(length), length)
  }

  /** A text that is the same as the one before it is the same object: rows of one person stand together. */
  texts(count: number): readonly string[] {
    const texts: string[] = []
    let [from, length, former] = [0, 0, '']
    for (let row = 0; row < count; row += 1) {
      const size = this.varint()
      const start = this.#take(size)
      if (size !== length || !this.#isSame(from, start, size)) former = this.#toText(start, size)
      texts.push(former)
      from = start
      length = size
    }
    return texts
  }

  /** 16 bytes each: two numbers of 64 bits, the high one first. */
  uuids(count: number): readonly string[] {
    const texts: string[] = []
    let [from, former] = [-1, '']
    for (let row = 0; row < count; row += 1) {
      const start = this.#take(UUID_BYTES)
      if (from < 0 || !this.#isSame(from, start, UUID_BYTES)) former = this.#toUuid(start)
      texts.push(former)
      from = start
    }
    return texts
  }

  numbers(count: number, size: number, read: (bytes: Buffer, at: number) => number): readonly number[] {
    const numbers: number[] = []
    for (let row = 0; row < count; row += 1) numbers.push(read(this.#bytes, this.#take(size)))
    return numbers
  }

  /** Where the next bytes begin. */
  #take(count: number): number {
    const start = this.#at
    this.#at += count
    if (this.#at > this.#bytes.length) throw new RangeError('the answer ends too early')
    return start
  }

  #isSame(former: number, start: number, size: number): boolean {
    const bytes = this.#bytes
    for (let i = 0; i < size; i += 1) if (bytes[former + i] !== bytes[start + i]) return false
    return true
  }

  #toText(start: number, size: number): string {
    const bytes = this.#bytes
    for (let i = start; i < start + size; i += 1) {
      if ((bytes[i] ?? 0) > 0x7f) return bytes.toString('utf8', start, start + size)
    }
    return bytes.toString('latin1', start, start + size)
  }

  #toUuid(start: number): string {
    for (let i = 0; i < UUID_BYTES; i += 1) {
      const byte = this.#bytes[start + (i ^ 7)] ?? 0
      const to = DIGITS_AT[i] ?? 0
      uuid[to] = HEX[byte >> 4] ?? 0
      uuid[to + 1] = HEX[byte & 15] ?? 0
    }
    return uuid.toString('latin1')
  }
}

const UUID_BYTES = 16
const HEX = Buffer.from('0123456789abcdef')
/** Of each byte, in the text. */
const DIGITS_AT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
const uuid = Buffer.from('00000000-0000-0000-0000-000000000000')
