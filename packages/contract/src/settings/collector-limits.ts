import { z } from 'zod'

const MEGABYTE = 1024 ** 2

/** What the collector lets one sender, or all together, ask of it. */
export const collectorLimits = z.strictObject({
  addressRequestsPerSecond: z
    .int()
    .min(0)
    .default(500)
    .describe(
      'Event requests of one client address (IPv6: /64) in the long run; ten times as many at once; 0: no limit. Loopback and private addresses are never limited',
    ),
  keyEventsPerSecond: z
    .int()
    .min(0)
    .default(0)
    .describe('Events under one public key in the long run; ten times as many at once; 0: no limit'),
  maxBytesUnderWay: z
    .int()
    .min(MEGABYTE)
    .default(32 * MEGABYTE)
    .describe('Bodies being worked on at once; beyond it requests are answered 503'),
  maxBytesArriving: z
    .int()
    .min(MEGABYTE)
    .default(64 * MEGABYTE)
    .describe('Bodies being received at once; beyond it the one that has taken longest is cut off'),
  maxLoopDelayMs: z
    .int()
    .min(50)
    .default(1000)
    .describe('When timers are so late, event requests are answered 503 before they are read'),
  headerSeconds: z.number().min(0.1).default(10).describe('Longest that the head of a request may take'),
  requestSeconds: z.number().min(0.1).default(30).describe('Longest that a whole request may take to arrive'),
  connections: z.int().min(1).default(20_000).describe('Open connections; further ones are closed at once'),
})
