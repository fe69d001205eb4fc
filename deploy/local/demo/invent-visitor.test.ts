import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assert as assertProperty, double, infiniteStream, property } from 'fast-check'
import { inventVisitor } from './invent-visitor.ts'

const randomNumbers = infiniteStream(double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))

describe('inventVisitor', () => {
  it('invents work addresses that make a person and a company', () => {
    assertProperty(
      property(randomNumbers, (numbers) => {
        const { email, userId } = inventVisitor(() => Number(numbers.next().value))
        const [local = '', domain = ''] = email.split('@')
        assert.match(email, /^[a-z]+\.[a-z]+@[a-z]+-[a-z]+\.com$/)
        assert.notEqual(local, domain.split('.')[0])
        assert.match(userId, /^usr_[0-9a-z]{8}$/)
      }),
    )
  })

  it('rarely invents the same person twice', () => {
    const emails = Array.from({ length: 50 }, () => inventVisitor(Math.random).email)
    assert.ok(new Set(emails).size > 45)
  })
})
