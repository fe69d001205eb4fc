import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitValue, type FieldSchema, type FieldValue } from './field-values.ts'

const field = (type: string, length = 0): FieldSchema => ({
  type,
  length,
  createable: true,
  updateable: true,
})

const CASES: readonly [string, FieldValue, FieldSchema, FieldValue | undefined][] = [
  ['text is trimmed', '  Ann ', field('string', 40), 'Ann'],
  ['blank text is nothing', '   ', field('string', 40), null],
  ['long text is cut to the field', 'abcdef', field('string', 3), 'abc'],
  ['a character of two units is not cut in half', 'ab😀', field('string', 3), 'ab'],
  ['half characters and control characters do not pass', 'a\u0000b\uD800', field('string', 40), 'ab�'],
  ['a mail is never cut', 'ann@example.com', field('email', 5), undefined],
  ['a reference is never cut', '00Q000000000001AAA', field('reference', 5), undefined],
  ['a long address loses its query', 'https://a.de/x?utm=1234567890', field('url', 15), 'https://a.de/x'],
  ['an address that is long without query is left out', 'https://a.de/abcdef', field('url', 15), undefined],
  [
    'times have whole seconds',
    Date.UTC(2026, 10, 20, 17, 33, 1, 900),
    field('datetime'),
    '2026-11-20T17:33:01.000Z',
  ],
  ['an absurd time is left out', Date.UTC(9999, 0), field('datetime'), undefined],
  ['numbers pass', 3, field('double'), 3],
  ['numbers keep the digits of the field', 9.949, { ...field('double'), scale: 0 }, 10],
  ['money keeps its cents', '12.346', { ...field('currency'), scale: 2 }, 12.35],
  ['a number that is none is left out', Number.NaN, field('double'), undefined],
]

for (const [title, value, schema, expected] of CASES)
  test(title, () => assert.equal(fitValue(value, schema), expected))
