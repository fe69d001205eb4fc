/** Numbers in the order they came, in memory that is taken ahead: adding one makes no garbage. */
export class Samples {
  #numbers = new Float64Array(1 << 16)
  #length = 0

  get length(): number {
    return this.#length
  }

  add(value: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Float64Array(this.#numbers.length * 2)
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    this.#numbers[this.#length] = value
    this.#length += 1
  }

  values(): Float64Array {
    return this.#numbers.subarray(0, this.#length)
  }
}
