import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAdmin } from './admin/create-admin.ts'
import { parseRequest } from './http/http-request.ts'
import { settingsSchema } from './options.ts'
import { OrgServer } from './org-server.ts'
import { createMemoryJournal } from './store/journal.ts'

test('a request that cannot be journaled is undone and answers 500', async () => {
  let isFull = false
  const errors: unknown[] = []
  const journal = {
    ...createMemoryJournal(),
    write: () => {
      if (isFull) throw new Error('database or disk is full')
    },
  }
  const parts = { settings: settingsSchema.parse({}), journal, now: undefined, url: () => '' }
  const server = new OrgServer(parts, (error) => errors.push(error))
  const body = JSON.stringify({
    ops: [{ op: 'create', object: 'Account', values: { Name: 'Acme' } }],
  })
  const request = parseRequest({
    method: 'POST',
    target: '/__admin/act',
    headers: { 'content-type': 'application/json' },
    bytes: Buffer.from(body),
  })
  assert.ok(request)
  isFull = true
  assert.equal((await server.answer(request))?.status, 500)
  assert.equal(errors.length, 1)
  assert.deepEqual(createAdmin(server).records('Account'), [])
  isFull = false
  assert.equal((await server.answer(request))?.status, 200)
  assert.equal(createAdmin(server).records('Account').length, 1)
})
