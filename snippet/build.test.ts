import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildTag } from './build.ts'

describe('buildTag', () => {
  it('gives the same code the same address, and another global another', async () => {
    const [one, again, other] = await Promise.all([buildTag(), buildTag(), buildTag({ globalName: 'acme' })])
    assert.match(one.hash, /^[0-9a-f]{16}$/)
    assert.equal(one.hash, again.hash)
    assert.notEqual(one.hash, other.hash)
    assert.ok(other.stub.includes('acme') && !other.stub.includes('leadline'))
  })

  it('makes a stub that can stand in an inline script', async () => {
    const { stub } = await buildTag()
    assert.ok(!stub.includes('</') && !stub.includes('<!--') && !stub.includes('\n'))
  })
})
