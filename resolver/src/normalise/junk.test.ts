import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { normaliseUserId } from './identifiers.ts'
import { isJunk, isJunkMail, NO_FURTHER_JUNK, toJunkKey, toJunkPattern } from './junk.ts'

const none = NO_FURTHER_JUNK
const WORDS =
  'null undefined none nil nan anonymous anon guest unknown n/a na true false user userid user_id id email test'
const MARKS = ['', '[object object]', '-1', '{}', '[]', '0', '000', '-', '- -', '...']
const LISTED = [...WORDS.split(' '), ...MARKS, '00000000-0000-0000-0000-000000000000']

describe('what programs send when they have no identifier', () => {
  for (const value of LISTED) {
    test(`"${value}", in any case, in quotes and with spaces around`, () => {
      for (const form of [
        value,
        value.toUpperCase(),
        ` ${value} `,
        `"${value}"`,
        `'${value}'`,
        `" ${value} "`,
      ]) {
        assert.ok(isJunk(form, none), form)
        assert.equal(normaliseUserId(form, none), undefined)
      }
    })
  }

  test('a lone surrogate, which would be stored as any other one', () => {
    for (const value of ['ann\ud83d', '\ude00ann', 'a\ud83db@acme.io'])
      assert.equal(normaliseUserId(value, none), undefined)
    assert.equal(normaliseUserId('ann\ud83d\ude00', none), 'ann\u{1f600}')
  })

  const PEOPLE = ['nullman', 'users', 'id1', '-10', '1', '0a', 'anon-7', 'o', '"', '"null', `'null"`, '{ }']
  for (const value of PEOPLE) {
    test(`but not ${value}`, () => assert.ok(!isJunk(value, none)))
  }

  test('and what the workspace lists, compared in the same way', () => {
    const further = { ...none, values: new Set([' "Demo User" '].map(toJunkKey)) }
    for (const value of ['demo user', 'DEMO USER', "'Demo User'"]) assert.ok(isJunk(value, further), value)
    assert.ok(!isJunk('demo users', further))
  })

  test('and what its patterns match as a whole, where * stands for anything', () => {
    const further = { ...none, patterns: ['Kiosk-*', '*@demo.(io)'].map(toJunkPattern) }
    for (const value of ['kiosk-7', '"KIOSK-"', 'ann@demo.(io)']) assert.ok(isJunk(value, further), value)
    for (const value of ['my kiosk-7', 'kiosk', 'ann@demo.io']) assert.ok(!isJunk(value, further), value)
  })
})

describe('addresses that nobody reads', () => {
  const LOCAL = 'noreply no-reply donotreply test none null undefined nobody fake asdf'
  const WHOLE =
    'test@test.com none@none.com email@email.com ann@example.com ann@example.net ann@example.org ann@x.invalid'
  const JUNK = [
    ...LOCAL.split(' ').map((local) => `${local}@acme.io`),
    ...WHOLE.split(' '),
    'ann@a.b.localhost',
    'acme@acme.io',
    'mail@mail.acme.io',
  ]
  for (const mail of JUNK) test(mail, () => assert.ok(isJunkMail(mail)))

  const PEOPLE = [
    'ann@acme.io',
    'testa@acme.io',
    'ann.test@acme.io',
    'acme@shop.acme.io',
    'ac@acme.io',
    'ann@example.de',
    'ann@myexample.com',
    'ann@mail.example.com',
    'ann@acme.example',
    'ann@invalid.com',
  ]
  for (const mail of PEOPLE) test(`but not ${mail}`, () => assert.ok(!isJunkMail(mail)))
})
