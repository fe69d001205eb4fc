import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as check, constantFrom, oneof, property, string } from 'fast-check'
import { chunkForUrl, quoteSoql, quoteSoqlContains, soqlIn } from './soql.ts'

/** Reads a literal as Salesforce's lexer does: a backslash takes the next character, a bare quote ends it. */
function readLiteral(text: string): { readonly value: string; readonly rest: string } {
  assert.equal(text[0], "'")
  const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }
  let value = ''
  for (let index = 1; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (character === "'") return { value, rest: text.slice(index + 1) }
    if (character === '\\') {
      index += 1
      const escaped = text.charAt(index)
      value += named[escaped] ?? escaped
    } else value += character
  }
  throw new Error('literal does not end')
}

const hostile = oneof(string(), string({ unit: constantFrom("'", '\\', '%', '_', '\n', 'a', ' ', '"') }))

test('any text comes back from its literal unchanged, and nothing of it lies outside', () => {
  check(
    property(hostile, (text) => {
      assert.deepEqual(readLiteral(quoteSoql(text)), { value: text, rest: '' })
    }),
  )
})

test('a contains pattern has no wildcard of the text itself', () => {
  check(
    property(hostile, (text) => {
      const literal = quoteSoqlContains(text)
      const bare = literal.slice(2, -2).replaceAll(/\\./gs, '')
      assert.ok(literal.startsWith("'%") && literal.endsWith("%'"))
      assert.doesNotMatch(bare, /[%_']/)
    }),
  )
})

test('the string that breaks out of the builder of jsforce stays a string', () => {
  assert.equal(quoteSoql(String.raw`\' OR Name != '`), String.raw`'\\\' OR Name != \''`)
  assert.equal(soqlIn('Email', ["o'x@a.de", 'b']), String.raw`Email IN ('o\'x@a.de','b')`)
})

test('chunks keep order, lose nothing and stay below the length of an address', () => {
  const mails = Array.from({ length: 900 }, (_, index) => `person.${index}@a-longer-domain.example`)
  const chunks = chunkForUrl(mails, quoteSoql)
  assert.deepEqual(chunks.flat(), mails)
  assert.ok(chunks.length > 1)
  for (const chunk of chunks) assert.ok(encodeURIComponent(soqlIn('Email', chunk)).length < 12_100)
})
