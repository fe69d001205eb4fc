export interface TokenBucketOptions {
  /** Tokens that come back each second. */
  readonly perSecond: number
  /** Most that a bucket holds. */
  readonly burst: number
  /** Buckets that are remembered; of more, those that were used longest ago are forgotten, which fills them. */
  readonly maxBuckets: number
  readonly nowMs: () => number
}

/** A token bucket for each name, in bounded memory. */
export interface TokenBuckets {
  /** Takes tokens out of a bucket; 0, or the seconds until it holds as many. A bucket may be overdrawn once. */
  take(name: string, tokens: number): number
}

interface Bucket {
  tokens: number
  filledAtMs: number
}

export function createTokenBuckets(options: TokenBucketOptions): TokenBuckets {
  const { perSecond, burst, maxBuckets, nowMs } = options
  // Two generations: when the young one is full the old one is forgotten, all at once and at no cost.
  let young = new Map<string, Bucket>()
  let old = new Map<string, Bucket>()
  const find = (name: string): Bucket => {
    const known = young.get(name)
    if (known) return known
    const bucket = old.get(name) ?? { tokens: burst, filledAtMs: nowMs() }
    if (young.size >= maxBuckets / 2) [young, old] = [new Map(), young]
    young.set(name, bucket)
    return bucket
  }
  return {
    take(name, tokens) {
      const bucket = find(name)
      const now = nowMs()
      const back = (Math.max(0, now - bucket.filledAtMs) / 1000) * perSecond
      bucket.tokens = Math.min(burst, bucket.tokens + back)
      bucket.filledAtMs = now
      // What is larger than any bucket passes when it is full: refused for ever it would stay in a client's queue.
      const needed = Math.min(tokens, burst)
      if (bucket.tokens < needed) return (needed - bucket.tokens) / perSecond
      bucket.tokens -= tokens
      return 0
    },
  }
}
