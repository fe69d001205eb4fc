import '../test-support/definitions.ts'
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { callForms } from './call-forms.ts'
import { parseCall } from './calls.ts'
import type { TagCall } from './tag.ts'
import { gates } from './tag-host.ts'

const callback = (): void => undefined

interface Case {
  readonly title: string
  readonly call: readonly [type: string, ...unknown[]]
  readonly fields: object
  readonly options?: object
}

const cases: readonly Case[] = [
  {
    title: 'everything by name, with ids for this event',
    call: ['identify', { userId: 'u1', anonymousId: 'a1', traits: { a: 1 }, messageId: 'm1' }],
    fields: { userId: 'u1', traits: { a: 1 } },
    options: { anonymousId: 'a1', messageId: 'm1' },
  },
  {
    title: 'an event by name',
    call: ['track', { event: 'Paid', properties: { a: 1 } }, callback],
    fields: { event: 'Paid', properties: { a: 1 } },
  },
  {
    title: 'a page by name',
    call: ['page', { category: 'Docs', name: 'Home' }],
    fields: { category: 'Docs', name: 'Home', properties: {} },
  },
  { title: 'null ids by name', call: ['group', { groupId: null }], fields: { traits: {} } },
  {
    title: 'traits that are not names of the wire',
    call: ['identify', { name: 'Ann', userId: 'x' }],
    fields: { traits: { name: 'Ann', userId: 'x' } },
  },
  {
    title: 'a callback anywhere',
    call: ['identify', 'u1', callback],
    fields: { userId: 'u1', traits: {} },
  },
]

describe('forms of calls', () => {
  before(() => callForms(undefined))

  /** What the client sees of a call. */
  const pass = (...call: unknown[]): unknown[] => {
    const entry: TagCall = [0, call]
    assert.ok(!gates.some((gate) => gate(entry)))
    return [...entry[1]]
  }

  for (const { title, call, fields, options = {} } of cases) {
    it(`${call[0]}: ${title}`, () => {
      const [type, ...args] = pass(...call)
      assert.deepEqual(JSON.parse(JSON.stringify(parseCall(String(type), args))), { ...fields, ...options })
    })
  }

  it('leave other methods what they are given', () => {
    assert.deepEqual(pass('consent', 'granted'), ['consent', 'granted'])
  })

  it('run a function among the arguments in a task of its own', async () => {
    let runs = 0
    const ran = new Promise<void>((resolve) => {
      pass('track', 'Paid', () => {
        runs += 1
        resolve()
      })
    })
    assert.equal(runs, 0)
    await ran
    assert.equal(runs, 1)
  })
})
