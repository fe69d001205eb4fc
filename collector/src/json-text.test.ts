import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { countMembers, cutBody, cutItems, withoutMember } from './json-text.ts'

/** JSON in every spelling: spaces between tokens, escapes, any values. */
const spelled = (value: unknown, indent: string): string =>
  JSON.stringify(value, null, indent).replaceAll('/', '\\/').replaceAll('é', '\\u00e9')

const json = fc.jsonValue({ noUnicodeString: false })
const indents = fc.constantFrom('', ' ', '\t', '\n \r\n')

test('the items of a list member are its texts, whatever the JSON', () => {
  fc.assert(
    fc.property(fc.array(json), fc.dictionary(fc.string(), json), indents, (batch, others, indent) => {
      const text = spelled({ ...others, batch, after: others }, indent)
      const texts = cutBody(text, 'batch').items.map((item) => item.text)
      assert.deepEqual(
        texts.map((item) => JSON.parse(item)),
        JSON.parse(JSON.stringify(batch)),
      )
      for (const item of texts) assert.ok(text.includes(item))
    }),
    { numRuns: 500 },
  )
})

test('a member is taken out and the rest stays as it was, whatever the JSON', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), json, indents, (others, value, indent) => {
      const text = spelled({ ...others, writeKey: value }, indent)
      const { writeKey: _, ...rest } = JSON.parse(text)
      assert.deepEqual(JSON.parse(withoutMember(text, 'writeKey')), rest)
    }),
    { numRuns: 500 },
  )
})

const textsOf = (text: string): readonly string[] => cutBody(text, 'batch').items.map((item) => item.text)

test('numbers and escapes keep their spelling', () => {
  const event = '{ "n": 12345678901234567890, "one": 1.0, "e": 1E2, "t": "\\u0041\\\\", "s": "]}\\"" }'
  assert.deepEqual(textsOf(`{"batch" : [ ${event} , 1 ]}`), [event, '1'])
  assert.deepEqual(
    cutItems(` [${event}]`).map((item) => item.text),
    [event],
  )
  assert.equal(
    withoutMember(`{"a": 1.0 ,"writeKey":"k", "b":{"writeKey":2}}`, 'writeKey'),
    '{"a": 1.0,"b":{"writeKey":2}}',
  )
})

test('a repeated member is found, however it is spelled', () => {
  assert.equal(cutBody('{"batch":[1],"\\u0062atch":[2]}', 'batch').repeated, 'batch')
  assert.equal(
    withoutMember('{"writeKey":"a","\\u0077riteKey":"b","x":1,"writeKey":"c"}', 'writeKey'),
    '{"x":1}',
  )
})

test('empty lists and objects have no parts', () => {
  assert.deepEqual(textsOf('{"batch":[ ]}'), [])
  assert.deepEqual(textsOf('{ }'), [])
  for (const value of ['"x"', '{"a":[1]}', '1', 'null']) assert.deepEqual(textsOf(`{"batch":${value}}`), [])
  assert.equal(withoutMember(' { } ', 'writeKey'), '{}')
})

const countKeys = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? (Array.isArray(value) ? 0 : Object.keys(value).length) +
      Object.values(value).reduce<number>((sum, item) => sum + countKeys(item), 0)
    : 0

test('members are counted at all depths, repeated ones too, and colons in strings are not', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), indents, (object, indent) => {
      assert.equal(countMembers(spelled(object, indent)), countKeys(object))
    }),
    { numRuns: 500 },
  )
  assert.equal(countMembers('{"a:":":","a:":{"b":1,"b":"\\":"}}'), 4)
})
