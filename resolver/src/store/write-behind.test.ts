import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { WriteBehind } from './write-behind.ts'

test('a write goes on beside other work, and the next begins when it is done', async () => {
  const told: string[] = []
  const gate = Promise.withResolvers<void>()
  const writing = new WriteBehind()
  await writing.begin(async () => {
    told.push('first begins')
    await gate.promise
    told.push('first ends')
  })
  told.push('other work')
  const second = writing.begin(async () => void told.push('second begins'))
  await nextTurn()
  gate.resolve()
  await second
  await writing.finish()
  assert.deepEqual(told, ['first begins', 'other work', 'first ends', 'second begins'])
})

test('a failure is nobody’s until it is asked for, and is told once; what came after it is not written', async () => {
  const failure = new Error('the engine is away')
  const writing = new WriteBehind()
  await writing.begin(() => Promise.reject(failure))
  await nextTurn()
  let isWritten = false
  await assert.rejects(
    writing.begin(async () => void (isWritten = true)),
    failure,
  )
  await writing.finish()
  assert.equal(isWritten, false)
})
