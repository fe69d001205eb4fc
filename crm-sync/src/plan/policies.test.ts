import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isClaimable, isWriteDue, type Conflict } from './policies.ts'

interface Case extends Partial<Conflict> {
  readonly title: string
  readonly due: boolean
}

const prefer = 'prefer_salesforce'
const CASES: readonly Case[] = [
  { title: 'our own field takes what we know', policy: 'override', current: 'a', wanted: 'b', due: true },
  { title: 'equal values are not written', policy: 'override', current: 'a ', wanted: 'a', due: false },
  { title: 'unknown never empties a field', policy: 'override', current: 'a', wanted: '', due: false },
  { title: 'an empty field is filled', policy: prefer, current: null, wanted: 'b', due: true },
  { title: "a rep's value stays", policy: prefer, current: 'rep', wanted: 'b', due: false },
  {
    title: "a rep's value stays over one that we wrote",
    policy: prefer,
    current: 'rep',
    wanted: 'b',
    written: 'a',
    due: false,
  },
  {
    title: 'what we wrote may be corrected',
    policy: prefer,
    current: 'a',
    wanted: 'b',
    written: 'a',
    due: true,
  },
  {
    title: 'a field that a rep emptied does not get the same value again',
    policy: prefer,
    current: null,
    wanted: 'a',
    written: 'a',
    due: false,
  },
  {
    title: 'a field that a rep emptied takes a new value',
    policy: prefer,
    current: '',
    wanted: 'b',
    written: 'a',
    due: true,
  },
  {
    title: 'mails differ by more than case',
    policy: 'override',
    type: 'email',
    current: 'Ann@X.de',
    wanted: 'ann@x.de',
    due: false,
  },
  {
    title: 'times are equal to the second, in either notation',
    policy: 'override',
    type: 'datetime',
    current: '2026-11-20T17:33:00.000+0000',
    wanted: '2026-11-20T17:33:00.900Z',
    due: false,
  },
]

for (const { title, due, ...conflict } of CASES) {
  test(title, () => {
    const base: Conflict = {
      policy: 'override',
      type: 'string',
      current: null,
      wanted: null,
      written: undefined,
    }
    assert.equal(isWriteDue({ ...base, ...conflict }), due)
  })
}

const CLAIMS: readonly [string, Omit<Parameters<typeof isClaimable>[0], 'type'>, boolean][] = [
  ['never seen, and as we want it', { current: 'a', wanted: 'A ', seen: undefined }, true],
  ['changed to what we want since it was seen', { current: 'a', wanted: 'a', seen: 'b' }, true],
  ['filled with what we want since it was seen', { current: 'a', wanted: 'a', seen: null }, true],
  ['there before our try', { current: 'a', wanted: 'a', seen: 'a' }, false],
  ['not what we want', { current: 'rep', wanted: 'a', seen: 'b' }, false],
  ['empty', { current: null, wanted: null, seen: 'a' }, false],
]

for (const [title, field, expected] of CLAIMS)
  test(`a value after a try without answer, ${title}, is ${expected ? '' : 'not '}ours`, () =>
    assert.equal(isClaimable({ type: 'email', ...field }), expected))
