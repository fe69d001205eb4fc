import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseCall } from '../calls.ts'
import { applyCall } from './identity.ts'

const ann = { anonymousId: 'a1', userId: 'ann', traits: { plan: 'pro' }, groupId: 'g1' }
const newId = (): string => 'a2'

describe('applyCall', () => {
  it('merges traits of the same user', () => {
    const next = applyCall(ann, parseCall('identify', ['ann', { seats: 3 }]), newId)
    assert.deepEqual(next, { ...ann, traits: { plan: 'pro', seats: 3 } })
  })

  it('keeps the user when only traits are given', () => {
    assert.equal(applyCall(ann, parseCall('identify', [{ seats: 3 }]), newId).userId, 'ann')
  })

  it('keeps the anonymous id and traits when a visitor gets a first user id', () => {
    const visitor = { anonymousId: 'a1', traits: { email: 'ann@harbor.example' } }
    const next = applyCall(visitor, parseCall('identify', ['ann']), newId)
    assert.partialDeepStrictEqual(next, { anonymousId: 'a1', userId: 'ann', traits: visitor.traits })
  })

  it('begins anew for another user: nothing of the one before is kept', () => {
    const next = applyCall(ann, parseCall('identify', ['bob', { plan: 'free' }]), newId)
    assert.deepEqual(next, { anonymousId: 'a2', userId: 'bob', traits: { plan: 'free' } })
  })

  it('remembers the group', () => {
    assert.equal(applyCall(ann, parseCall('group', ['g2']), newId).groupId, 'g2')
  })

  it('leaves the identity as it is on other calls', () => {
    for (const call of [parseCall('track', ['x']), parseCall('page', []), parseCall('alias', ['u9'])]) {
      assert.equal(applyCall(ann, call, newId), ann)
    }
  })
})
