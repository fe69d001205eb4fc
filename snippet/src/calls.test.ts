import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseCall } from './calls.ts'

interface Case {
  readonly title: string
  readonly call: readonly [type: string, ...unknown[]]
  readonly fields: object
  readonly options?: object
}

const cases: readonly Case[] = [
  { title: 'id and traits', call: ['identify', 'u1', { a: 1 }], fields: { userId: 'u1', traits: { a: 1 } } },
  { title: 'a numeric id', call: ['identify', 42], fields: { userId: '42', traits: {} } },
  { title: 'traits alone', call: ['identify', { a: 1 }], fields: { traits: { a: 1 } } },
  { title: 'null for no id', call: ['identify', null, { a: 1 }], fields: { traits: { a: 1 } } },
  { title: 'a blank id as none', call: ['identify', '  '], fields: { traits: {} } },
  { title: 'no argument', call: ['identify'], fields: { traits: {} } },
  {
    title: 'options after data',
    call: ['track', 'Paid', { a: 1 }, { context: { b: 2 } }],
    fields: { event: 'Paid', properties: { a: 1 } },
    options: { context: { b: 2 } },
  },
  {
    title: 'options after null',
    call: ['track', 'Paid', null, { context: { b: 2 } }],
    fields: { event: 'Paid', properties: {} },
    options: { context: { b: 2 } },
  },
  { title: 'no name', call: ['page'], fields: { properties: {} } },
  { title: 'a name', call: ['page', 'Home'], fields: { name: 'Home', properties: {} } },
  {
    title: 'a name and data',
    call: ['page', 'Home', { a: 1 }],
    fields: { name: 'Home', properties: { a: 1 } },
  },
  {
    title: 'category and name',
    call: ['page', 'Docs', 'Home', { a: 1 }],
    fields: { category: 'Docs', name: 'Home', properties: { a: 1 } },
  },
  { title: 'data alone', call: ['page', { a: 1 }], fields: { properties: { a: 1 } } },
  {
    title: 'a group',
    call: ['group', 'g1', { name: 'G' }],
    fields: { groupId: 'g1', traits: { name: 'G' } },
  },
  { title: 'one id', call: ['alias', 'new'], fields: { userId: 'new' } },
  { title: 'two ids', call: ['alias', 'new', 'old'], fields: { userId: 'new', previousId: 'old' } },
  {
    title: 'options',
    call: ['alias', 'new', 'old', { integrations: { All: false } }],
    fields: { userId: 'new', previousId: 'old' },
    options: { integrations: { All: false } },
  },
]

describe('parseCall', () => {
  for (const { title, call, fields, options = {} } of cases) {
    const [type, ...args] = call
    it(`${type}: takes ${title}`, () => {
      const given = parseCall(type, args)
      assert.deepEqual(JSON.parse(JSON.stringify(given)), { ...fields, ...options })
    })
  }
})
