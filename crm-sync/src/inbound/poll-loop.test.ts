import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import { createLog } from '@leadline/runtime'
import { SalesforceError } from '../salesforce/errors.ts'
import { startPollLoop } from './poll-loop.ts'

const refused = (code: string, errorClass: 'config' | 'retry'): SalesforceError =>
  new SalesforceError({ code, class: errorClass, status: 400, detail: '', fields: [] })

test('an org that lacks a field is not asked at every turn until somebody has added it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const outcomes = [refused('INVALID_FIELD', 'config'), undefined, refused('http_503', 'retry'), undefined]
  let polls = 0
  const loop = startPollLoop({
    poll: () => {
      const failure = outcomes[polls++]
      return failure ? Promise.reject(failure) : Promise.resolve()
    },
    pauseMs: 1000,
    brokenMs: 60_000,
    log: createLog('test', () => undefined),
  })
  const pass = async (ms: number): Promise<number> => {
    await setImmediate()
    t.mock.timers.tick(ms)
    await setImmediate()
    return polls
  }
  assert.equal(await pass(59_000), 1)
  assert.equal(await pass(1000), 2)
  assert.equal(await pass(1000), 3)
  assert.equal(await pass(1000), 4, 'what passes by itself costs one turn')
  await loop.stop()
})
