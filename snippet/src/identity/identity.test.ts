import '../../test-support/definitions.ts'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseCall } from '../calls.ts'
import { applyCall } from './identity.ts'

const ann = { anonymousId: 'a1', userId: 'ann', traits: { plan: 'pro' }, groupId: 'g1' }

describe('applyCall', () => {
  it('merges traits of the same user', () => {
    const next = applyCall(ann, 'identify', parseCall('identify', ['ann', { seats: 3 }]))
    assert.deepEqual(next, { ...ann, traits: { plan: 'pro', seats: 3 } })
  })

  it('keeps the user when only traits are given', () => {
    assert.equal(applyCall(ann, 'identify', parseCall('identify', [{ seats: 3 }])).userId, 'ann')
  })

  it('keeps the anonymous id and traits when a visitor gets a first user id', () => {
    const visitor = { anonymousId: 'a1', traits: { email: 'ann@harbor.example' } }
    const next = applyCall(visitor, 'identify', parseCall('identify', ['ann']))
    assert.partialDeepStrictEqual(next, { anonymousId: 'a1', userId: 'ann', traits: visitor.traits })
  })

  it('begins anew for another user: nothing of the one before is kept', () => {
    const { anonymousId, ...next } = applyCall(
      ann,
      'identify',
      parseCall('identify', ['bob', { plan: 'free' }]),
    )
    assert.deepEqual(next, { userId: 'bob', traits: { plan: 'free' } })
    assert.ok(anonymousId && anonymousId !== 'a1')
  })

  it('remembers the group', () => {
    assert.equal(applyCall(ann, 'group', parseCall('group', ['g2'])).groupId, 'g2')
  })

  it('leaves the identity as it is on other calls', () => {
    for (const type of ['track', 'page', 'alias'])
      assert.equal(applyCall(ann, type, parseCall(type, ['x'])), ann)
  })
})
