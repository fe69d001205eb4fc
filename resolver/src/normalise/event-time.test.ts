import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toEventTimes } from './event-time.ts'

const receivedAtMs = Date.UTC(2026, 10, 2, 12)
const iso = (ms: number): string => new Date(ms).toISOString()
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

test('a clock that is wrong by an hour is corrected by what it showed at sending', () => {
  const clock = receivedAtMs + 60 * MINUTE
  const times = { timestamp: iso(clock - 5 * MINUTE), sentAt: iso(clock), receivedAtMs }
  assert.equal(toEventTimes(times).timeMs, receivedAtMs - 5 * MINUTE)
})

test('the original time is the client clock when both times are there', () => {
  const times = {
    originalTimestamp: iso(receivedAtMs - 10 * MINUTE),
    timestamp: iso(receivedAtMs - 3 * MINUTE),
    sentAt: iso(receivedAtMs),
    receivedAtMs,
  }
  assert.equal(toEventTimes(times).timeMs, receivedAtMs - 10 * MINUTE)
  assert.equal(toEventTimes({ ...times, sentAt: undefined }).timeMs, receivedAtMs - 3 * MINUTE)
})

test('where a dialect says so the timestamp is the client clock, for time and day', () => {
  const times = {
    originalTimestamp: iso(receivedAtMs),
    timestamp: iso(receivedAtMs - 3 * DAY),
    sentAt: iso(receivedAtMs),
    receivedAtMs,
    isTimestampFirst: true,
  }
  assert.equal(toEventTimes(times).timeMs, receivedAtMs - 3 * DAY)
  assert.equal(toEventTimes(times).filedMs, receivedAtMs - 3 * DAY)
  assert.equal(toEventTimes({ ...times, timestamp: undefined }).timeMs, receivedAtMs)
})

test('without a time of sending the client is believed, years back too', () => {
  const timestamp = iso(Date.UTC(2019, 4, 1))
  assert.equal(toEventTimes({ timestamp, receivedAtMs }).timeMs, Date.UTC(2019, 4, 1))
})

test('times are kept between the year 2000 and five minutes ahead', () => {
  assert.equal(toEventTimes({ timestamp: '1970-01-01T00:00:00Z', receivedAtMs }).timeMs, Date.UTC(2000, 0, 1))
  assert.equal(
    toEventTimes({ timestamp: iso(receivedAtMs + DAY), receivedAtMs }).timeMs,
    receivedAtMs + 5 * MINUTE,
  )
})

test('without any time it is when it was received', () => {
  assert.equal(toEventTimes({ receivedAtMs }).timeMs, receivedAtMs)
  assert.equal(toEventTimes({ timestamp: 'soon', receivedAtMs }).timeMs, receivedAtMs)
})

test('events are filed by the raw client clock, so that copies lie together', () => {
  const timestamp = iso(receivedAtMs - 300 * DAY)
  const first = toEventTimes({ timestamp, sentAt: iso(receivedAtMs), receivedAtMs }).filedMs
  const again = toEventTimes({
    timestamp,
    sentAt: iso(receivedAtMs + 1),
    receivedAtMs: receivedAtMs + DAY,
  }).filedMs
  assert.equal(first, again)
})

test('an absurd clock is filed by when it was received', () => {
  for (const ms of [Date.UTC(1999, 0, 1), receivedAtMs + 31 * DAY]) {
    assert.equal(toEventTimes({ timestamp: iso(ms), receivedAtMs }).filedMs, receivedAtMs)
  }
  assert.equal(toEventTimes({ receivedAtMs }).filedMs, receivedAtMs)
})
