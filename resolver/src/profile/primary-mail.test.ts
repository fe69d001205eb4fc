import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hash, toFactSet, toNormalEvent } from '../../test-support/resolve-world.ts'
import { TIGHT_LIMITS, toWorkspaceSettings } from '../../test-support/settings.ts'
import type { Happening } from '../../test-support/world.ts'
import type { NodeRef } from '../identity/fact-source.ts'
import { indexFacts } from '../identity/indexed-facts.ts'
import { createLadder } from '../identity/ladder.ts'
import { findPrimaryMail, mailsOfLead } from './primary-mail.ts'

const user = (value: string): NodeRef => ({ kind: 'user', id: hash('user', value) })
const mail = (value: string): NodeRef => ({ kind: 'mail', id: hash('mail', value) })

/** Happenings an hour apart, in the order in which they stand. */
function mailboxes(told: readonly Omit<Happening, 'id' | 'at'>[], lead: NodeRef) {
  const events = told.map((one, i) => toNormalEvent({ id: `e${i}`, at: i * 60, ...one }))
  const source = indexFacts(toFactSet(events))
  const ladder = createLadder(source, toWorkspaceSettings(TIGHT_LIMITS).identity)
  return { primary: findPrimaryMail(source, ladder, lead), all: new Set(mailsOfLead(source, ladder, lead)) }
}
const ids = (...mails: readonly string[]): ReadonlySet<string> =>
  new Set(mails.map((one) => hash('mail', one)))
const WORK = 'ann@acme.io'
const HOME = 'ann@home.io'

describe('the mailbox of a lead', () => {
  test('is the mail named last, and the others stay its own', () => {
    const { primary, all } = mailboxes(
      [
        { u: 'ann', m: HOME },
        { u: 'ann', m: WORK },
      ],
      user('ann'),
    )
    assert.equal(primary, hash('mail', WORK))
    assert.deepEqual(all, ids(HOME, WORK))
  })

  test('goes back to the earlier one when that is named again', () => {
    const again = [WORK, HOME, WORK].map((m) => ({ u: 'ann', m }))
    assert.equal(mailboxes(again, user('ann')).primary, hash('mail', WORK))
  })

  test('is the mail itself when that is the lead', () => {
    assert.deepEqual(mailboxes([{ a: 'c', m: WORK }], mail(WORK)), {
      primary: hash('mail', WORK),
      all: ids(WORK),
    })
  })

  test('is none for a cookie and for a user without a mail', () => {
    const told = [{ a: 'c', u: 'ann' }]
    assert.equal(mailboxes(told, { kind: 'anon', id: hash('anon', 'c') }).primary, undefined)
    assert.equal(mailboxes(told, user('ann')).primary, undefined)
  })

  test('is not a mail that is at home with another account', () => {
    const told = [{ u: 'ann', m: WORK }, ...['x@b.io', 'y@b.io', WORK].map((m) => ({ u: 'agency', m }))]
    assert.equal(mailboxes(told, user('ann')).primary, hash('mail', WORK))
    assert.equal(mailboxes(told, user('agency')).primary, hash('mail', 'y@b.io'))
  })

  test('may be one that two accounts contest: then both have it', () => {
    const told = [
      { u: 'ann', m: WORK },
      { u: 'bob', m: WORK },
    ]
    for (const one of ['ann', 'bob']) assert.equal(mailboxes(told, user(one)).primary, hash('mail', WORK))
  })

  test('is not a void mail', () => {
    const told = ['a', 'b', 'c'].map((u) => ({ u, m: WORK }))
    assert.equal(mailboxes(told, user('a')).primary, undefined)
    const typed = ['1', '2', '3', '4'].map((a) => ({ a, m: WORK }))
    assert.equal(mailboxes(typed, mail(WORK)).primary, undefined)
  })

  test('of a void user is none, nor does it have others', () => {
    const told = ['1', '2', '3', '4'].map((n) => ({ u: 'ann', m: `p${n}@acme.io` }))
    assert.deepEqual(mailboxes(told, user('ann')), { primary: undefined, all: new Set() })
  })

  test('is that of the whole account, whichever user of it named it last', () => {
    const told: readonly Omit<Happening, 'id' | 'at'>[] = [
      { u: 'old', m: HOME },
      { u: 'new', m: WORK },
      { type: 'alias', u: 'new', previous: 'old', trust: 'secret' },
    ]
    assert.deepEqual(mailboxes(told, user('old')), { primary: hash('mail', WORK), all: ids(HOME, WORK) })
  })
})
