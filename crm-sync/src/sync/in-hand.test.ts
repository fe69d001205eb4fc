import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handKey, InHand } from './in-hand.ts'

const [ann, bob, cy] = [handKey('mail', 'ann'), handKey('mail', 'bob'), handKey('mail', 'cy')]

test('what one has in hand no other takes, until it is given back', () => {
  const inHand = new InHand()
  const [round, other] = [inHand.open(), inHand.open()]
  assert.equal(round.take([ann, bob]), true)
  assert.equal(round.take([bob, cy]), true)
  assert.equal(other.take([handKey('mail', 'ANN')]), false)
  round.release()
  assert.equal(other.take([ann, bob]), true)
})

test('of several keys all are taken, or none', () => {
  const inHand = new InHand()
  const [round, other] = [inHand.open(), inHand.open()]
  round.take([ann])
  assert.equal(other.take([bob, ann]), false)
  assert.equal(round.take([bob]), true)
})

test('what a job was left with only its heirs take, piece by piece', () => {
  const inHand = new InHand()
  const [round, left] = [inHand.open(), inHand.open()]
  round.take([ann, bob])
  round.pass(left)
  round.release()
  const [heir, other] = [inHand.open(left), inHand.open()]
  assert.equal(other.take([ann]), false)
  assert.equal(heir.take([ann]), true)
  assert.deepEqual([heir.keys(), left.keys()], [[ann], [bob]])
  heir.release()
  assert.deepEqual([other.take([ann]), other.take([bob])], [true, false])
  left.release()
  assert.equal(other.take([bob]), true)
})

test('who waits is told at the next release, or at once when nothing is in hand', () => {
  const inHand = new InHand()
  const told: string[] = []
  inHand.whenFreed(() => told.push('free'))
  const round = inHand.open()
  round.take([ann])
  const tell = (): void => void told.push('freed')
  inHand.whenFreed(tell)
  inHand.whenFreed(tell)
  assert.deepEqual(told, ['free'])
  round.release()
  assert.deepEqual(told, ['free', 'freed'])
})
