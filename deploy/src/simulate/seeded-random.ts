import { createHash } from 'node:crypto'

/** Numbers that follow from a seed alone. */
export interface SeededRandom {
  /** From 0 up to, not including, 1. */
  next(): number
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number
  /** True in `share` of all cases, 0 to 1. */
  isHit(share: number): boolean
  pick<List extends readonly [unknown, ...unknown[]]>(list: List): List[number]
  /** A version 4 UUID. */
  uuid(): string
  /** An own stream of numbers, whatever was drawn from this one before. */
  fork(label: string): SeededRandom
}

export function createRandom(label: string): SeededRandom {
  const draw = createSfc32(createHash('sha256').update(label).digest())
  const next = (): number => draw() / 2 ** 32
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    isHit: (share) => next() < share,
    pick: (list) => list[between(0, list.length - 1)] ?? list[0],
    uuid: () => toUuid([draw(), draw(), draw(), draw()]),
    fork: (inner) => createRandom(`${label} / ${inner}`),
  }
}

/** Small Fast Counter by Chris Doty-Humphrey: 32 bits a draw, passes PractRand. */
function createSfc32(seed: Buffer): () => number {
  let a = seed.readUInt32LE(0)
  let b = seed.readUInt32LE(4)
  let c = seed.readUInt32LE(8)
  let counter = 1
  const draw = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  for (let round = 0; round < 12; round += 1) draw()
  return draw
}

function toUuid(words: readonly number[]): string {
  const hex = words.map((word) => word.toString(16).padStart(8, '0')).join('')
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-')
}
