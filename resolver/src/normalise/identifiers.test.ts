import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { normaliseAnonymousId, normaliseMail, normaliseUserId } from './identifiers.ts'
import { NO_FURTHER_JUNK, type FurtherJunk } from './junk.ts'

const none = NO_FURTHER_JUNK
const table = (
  normalise: (value: unknown, junk: FurtherJunk) => string | undefined,
  cases: readonly (readonly [unknown, string | undefined])[],
) => {
  for (const [value, expected] of cases) {
    test(`${JSON.stringify(value)} is ${expected ?? 'nobody'}`, () =>
      assert.equal(normalise(value, none), expected))
  }
}

describe('user ids', () => {
  table(normaliseUserId, [
    ['u-1', 'u-1'],
    [' u-1 ', 'u-1'],
    ['U-1', 'U-1'],
    [42, '42'],
    ['Ann@Acme.IO', 'ann@acme.io'],
    ['e\u0301', 'é'],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
    [{ id: 1 }, undefined],
    ['NULL', undefined],
    ['"null"', undefined],
    ["'Guest'", undefined],
    ['[object Object]', undefined],
    ['n/a', undefined],
    ['-1', undefined],
    [0, undefined],
    ['0000-0000', undefined],
    ['0001', '0001'],
    ['test', undefined],
    ['tester', 'tester'],
  ])

  test('an address as user id is compared as an address, junk or not', () => {
    assert.equal(normaliseUserId(' NoReply@ACME.io', none), 'noreply@acme.io')
    assert.equal(normaliseUserId('ann@BÜCHER.de', none), 'ann@xn--bcher-kva.de')
    assert.equal(normaliseUserId('Ann@Acme', none), 'Ann@Acme')
  })

  test("the workspace's own junk is nobody, in any case and in quotes", () => {
    const junk = { ...NO_FURTHER_JUNK, values: new Set(['demo']) }
    assert.equal(normaliseUserId('Demo', junk), undefined)
    assert.equal(normaliseUserId('"demo"', junk), undefined)
    assert.equal(normaliseUserId('demo-1', junk), 'demo-1')
  })
})

describe('cookies', () => {
  table(normaliseAnonymousId, [
    [77, '77'],
    ['Ann@Acme.IO', 'Ann@Acme.IO'],
    ['e\u0301', 'e\u0301'],
    ['', undefined],
    ['   ', undefined],
    [true, undefined],
    [Number.NaN, undefined],
    ['  A-1 ', 'A-1'],
    ['null', undefined],
    ['0', undefined],
  ])
})

describe('mail addresses', () => {
  test("the workspace's own junk is nobody", () => {
    assert.equal(
      normaliseMail('Demo@Acme.io', { ...NO_FURTHER_JUNK, values: new Set(['demo@acme.io']) }),
      undefined,
    )
  })

  table(normaliseMail, [
    ['Ann.Lee+x@Acme.IO', 'ann.lee+x@acme.io'],
    [' ann@acme.io ', 'ann@acme.io'],
    ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
    ['ann@acme', undefined],
    ['ann@acme..io', undefined],
    ['ann@acme.io.', undefined],
    ['ann@.acme.io', undefined],
    ['ann lee@acme.io', undefined],
    ['ann@acme@b.io', undefined],
    ['@acme.io', undefined],
    [`${'a'.repeat(250)}@acme.io`, undefined],
    [12, undefined],
    ['test@test.com', undefined],
    ['ann@example.com', undefined],
    ['ann@sub.invalid', undefined],
    ['ann@machine.localhost', undefined],
    ['noreply@acme.io', undefined],
    ['acme@acme.io', undefined],
    ['acme@mail.acme.io', 'acme@mail.acme.io'],
    ['ann@BÜCHER.de', 'ann@xn--bcher-kva.de'],
    ['ann@bu\u0308cher.de', 'ann@xn--bcher-kva.de'],
    ['ann@例え.jp', 'ann@xn--r8jz45g.jp'],
    ['jörg@acme.io', 'jörg@acme.io'],
    ['ann@', undefined],
    ['ann@a b.io', undefined],
    ['ann@acme.io\nbcc@b.io', undefined],
    ['null', undefined],
    [null, undefined],
    [['ann@acme.io'], undefined],
    [`${'a'.repeat(246)}@acme.io`, `${'a'.repeat(246)}@acme.io`],
    [`${'a'.repeat(247)}@acme.io`, undefined],
  ])
})
