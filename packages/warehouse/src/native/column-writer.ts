import { ByteWriter } from './byte-writer.ts'

type Kind = 'String' | 'number' | 'Array(String)'

/** Of a cell: whether it is null, and a number, an end of a list or the length of an empty text in its place. */
const MAX_BYTES_BESIDE_TEXT = 10
/** Lengths and type; the name comes to it. */
const MAX_HEAD_BYTES = 64

const isText = (item: unknown): item is string => typeof item === 'string'

/** Cells of one column, in a type of the engine that holds them all. It is used again for other columns. */
export class ColumnWriter {
  #name = ''
  #kind: Kind | undefined
  #rows = 0
  /** Rows without a value; what stands in its place is not looked at. */
  readonly #nulls: number[] = []
  readonly #texts = new ByteWriter()
  /** The cells, or of lists where each ends. */
  readonly #numbers: number[] = []
  #areWhole = true

  begin(name: string): void {
    this.#name = name
    this.#kind = undefined
    this.#rows = 0
    this.#nulls.length = 0
    this.#texts.clear()
    this.#numbers.length = 0
    this.#areWhole = true
  }

  /** Throws for what no column can hold: RangeError for a value, TypeError for one that is of no kind or of another. */
  add(cell: unknown): void {
    if (typeof cell === 'string') this.#addText(cell)
    else if (typeof cell === 'number') this.#addNumber(cell)
    else if (cell === null) this.#addNull()
    else this.#addTexts(cell)
    this.#rows += 1
  }

  /** At most so many bytes it takes in a block. */
  get size(): number {
    return (
      this.#texts.bytes.length + this.#rows * MAX_BYTES_BESIDE_TEXT + MAX_HEAD_BYTES + this.#name.length * 3
    )
  }

  /** Name, type and cells, as they lie in a block. */
  writeTo(block: ByteWriter): void {
    block.text(this.#name)
    const kind = this.#kind ?? 'String'
    const type = kind === 'number' ? this.#numberType() : kind
    if (this.#kind === undefined) this.#become('String')
    block.text(this.#nulls.length > 0 ? `Nullable(${type})` : type)
    if (this.#nulls.length > 0) block.marks(this.#nulls, this.#rows)
    if (type === 'Float64') block.float64s(this.#numbers)
    else if (kind !== 'String') block.int64s(this.#numbers)
    block.append(this.#texts)
  }

  #numberType(): string {
    return this.#areWhole ? 'Int64' : 'Float64'
  }

  #addText(text: string): void {
    if (this.#kind !== 'String') this.#become('String')
    this.#texts.text(text)
  }

  #addNumber(value: number): void {
    if (this.#kind !== 'number') this.#become('number')
    if (!Number.isFinite(value)) throw new RangeError(`${this.#name} has a number that is none`)
    this.#areWhole &&= Number.isSafeInteger(value)
    this.#numbers.push(value)
  }

  #addTexts(list: unknown): void {
    if (this.#kind !== 'Array(String)') this.#become('Array(String)')
    if (!Array.isArray(list) || !list.every(isText) || this.#nulls.length > 0) throw this.#strange()
    for (const text of list) this.#texts.text(text)
    this.#numbers.push((this.#numbers.at(-1) ?? 0) + list.length)
  }

  #addNull(): void {
    if (this.#kind === 'Array(String)') throw this.#strange()
    this.#nulls.push(this.#rows)
    this.#fill()
  }

  /** The first cell that is not null says what the column is. */
  #become(kind: Kind): void {
    if (this.#kind !== undefined) throw this.#strange()
    this.#kind = kind
    for (let row = 0; row < this.#nulls.length; row += 1) this.#fill()
  }

  #fill(): void {
    if (this.#kind === 'String') this.#texts.text('')
    if (this.#kind === 'number') this.#numbers.push(0)
  }

  #strange(): Error {
    return new TypeError(`${this.#name} has a value of another kind than those before it, or of none`)
  }
}
