import type { Refusal, Settings } from '@leadline/contract'
import type { Key } from '../keys.ts'
import { refusal } from '../refusals.ts'
import { clientNetwork } from './client-network.ts'
import type { LoopDelay } from './loop-delay.ts'
import { createTokenBuckets, type TokenBuckets } from './token-buckets.ts'

export interface Turned {
  readonly refusal: Refusal
  readonly retryAfterSeconds: number
}

/** Who may send how much. */
export interface Admission {
  /** Before anything of the body is read. */
  refuseRequest(address: string): Turned | undefined
  /** Once it is known whose events they are. */
  refuseEvents(key: Key, events: number): Turned | undefined
}

export interface AdmissionDeps {
  readonly limits: Pick<
    Settings['collector']['limits'],
    'addressRequestsPerSecond' | 'keyEventsPerSecond' | 'maxLoopDelayMs'
  >
  readonly loopDelay: Pick<LoopDelay, 'ms'>
  readonly nowMs: () => number
}

/** Some 100 bytes each: 10 MB at most. */
const MAX_ADDRESSES = 100_000
const MAX_KEYS = 10_000
/** A page load, or a client that comes back after an outage, sends in a burst. */
const BURST_SECONDS = 10

export function createAdmission({ limits, loopDelay, nowMs }: AdmissionDeps): Admission {
  const bucketsOf = (perSecond: number, maxBuckets: number): TokenBuckets | undefined =>
    perSecond === 0
      ? undefined
      : createTokenBuckets({ perSecond, burst: perSecond * BURST_SECONDS, maxBuckets, nowMs })
  const addresses = bucketsOf(limits.addressRequestsPerSecond, MAX_ADDRESSES)
  const keys = bucketsOf(limits.keyEventsPerSecond, MAX_KEYS)
  return {
    refuseRequest(address) {
      if (loopDelay.ms > limits.maxLoopDelayMs) return overloaded
      const network = addresses && clientNetwork(address)
      return network === undefined ? undefined : limited(addresses?.take(network, 1))
    },
    refuseEvents({ workspace, name, trust }, events) {
      return trust === 'secret' ? undefined : limited(keys?.take(`${workspace}:${name}`, events))
    },
  }
}

const overloaded: Turned = {
  refusal: refusal('unavailable', 'too much is under way; send it again'),
  retryAfterSeconds: 1,
}

const limited = (waitSeconds = 0): Turned | undefined =>
  waitSeconds === 0
    ? undefined
    : {
        refusal: refusal('rate_limited', 'more than the settings allow was sent; send it again later'),
        retryAfterSeconds: Math.ceil(waitSeconds),
      }
