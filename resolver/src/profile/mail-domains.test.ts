import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readMailLists } from './mail-domains.ts'

const lists = readMailLists()

test('the lists hold lower-case ASCII values and nothing else', () => {
  for (const [name, list] of Object.entries(lists)) {
    assert.ok(list.size > 1000, name)
    for (const value of list) assert.match(value, /^[a-z0-9][a-z0-9._-]*$/, `${name}: ${value}`)
  }
})

test('a domain at which people have mailboxes for years is not disposable', () => {
  for (const domain of ['gmail.com', 'outlook.com', 'gmx.de', 'proton.me', 'fastmail.com', 'duck.com']) {
    assert.ok(lists.free.has(domain) && !lists.disposable.has(domain), domain)
  }
})

test('an address for ten minutes is disposable', () => {
  for (const domain of ['mailinator.com', 'yopmail.com', 'guerrillamail.com', '10minutemail.com']) {
    assert.ok(lists.disposable.has(domain), domain)
  }
})

test('empty lines of a list are no values', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'leadline-lists-'))
  t.after(() => rm(folder, { recursive: true }))
  for (const name of ['free-mail', 'disposable-mail', 'role-names']) {
    await writeFile(join(folder, `${name}.txt`), `${name}.one\n\n${name}.two\n`)
  }
  assert.deepEqual(readMailLists(folder), {
    free: new Set(['free-mail.one', 'free-mail.two']),
    disposable: new Set(['disposable-mail.one', 'disposable-mail.two']),
    roles: new Set(['role-names.one', 'role-names.two']),
  })
})
