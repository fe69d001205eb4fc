import '../../test-support/definitions.ts'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readSource } from './touches.ts'

describe('the source of an arrival', () => {
  it('is the campaign, by the names that Segment has, and the click ids of the networks', () => {
    assert.deepEqual(readSource('?utm_source=x&utm_campaign=spring&utm_term=&q=1&gclid=g1&li_fat_id=l1'), {
      campaign: { source: 'x', name: 'spring' },
      clickIds: { gclid: 'g1', li_fat_id: 'l1' },
    })
  })

  it('is nothing without either', () => {
    assert.deepEqual([readSource(''), readSource('?q=utm_source&glid=1')], [{}, {}])
  })
})
