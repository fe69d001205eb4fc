const SEED = 0x9747b28c
const MULTIPLIER = 0x5bd1e995

/** MurmurHash2 of the key's UTF-8 bytes, as a signed 32-bit number: what Kafka's own clients place keys by. */
export function murmur2(key: string): number {
  const data = Buffer.from(key)
  const tail = data.length & ~3
  let hash = SEED ^ data.length
  for (let at = 0; at < tail; at += 4) {
    let word = Math.imul(data.readInt32LE(at), MULTIPLIER)
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER)
    hash = Math.imul(hash, MULTIPLIER) ^ word
  }
  hash = mixTail(hash, data.subarray(tail))
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER)
  return hash ^ (hash >>> 15)
}

function mixTail(hash: number, tail: Buffer): number {
  if (tail.length === 0) return hash
  return Math.imul(hash ^ tail.readUIntLE(0, tail.length), MULTIPLIER)
}

/** Partition of a key, the same in every process and on both logs. */
export const partitionOf = (key: string, partitions: number): number =>
  (murmur2(key) & 0x7fffffff) % partitions
