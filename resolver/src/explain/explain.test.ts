import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createOperator } from '../../test-support/operator.ts'
import { hash } from '../../test-support/resolve-world.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toSettings } from '../../test-support/settings.ts'
import { NOON_MS, toEnvelope, type Happening } from '../../test-support/world.ts'
import { readMailLists } from '../profile/mail-domains.ts'
import { openSources } from '../reconcile/open-sources.ts'
import type { Sources } from '../reconcile/sources.ts'
import { buildWorkspaces } from '../workspaces.ts'
import { explainEvents } from './explain-event.ts'
import { explainIdentity } from './explain-identity.ts'
import { explainTraits } from './explain-trait.ts'
import { findSuggestions } from './find-suggestions.ts'

const WORLD: readonly Happening[] = [
  { id: 'look', at: 0, type: 'page', a: 'c1' },
  {
    id: 'sign',
    at: 5,
    type: 'identify',
    u: 'ann',
    m: 'ann@acme.io',
    a: 'c1',
    traits: { title: 'CTO', name: 'Ann Lee', phone: '0049 (0)170 1234567' },
  },
  { id: 'told', at: 9, type: 'identify', u: 'ann', trust: 'secret', traits: { title: 'CEO' } },
  {
    id: 'form',
    at: 60,
    type: 'identify',
    m: 'ann@acme.co',
    a: 'c2',
    traits: { name: 'Ann Lee', phone: '+49 170 1234567' },
  },
  { id: 'bob', at: 70, type: 'identify', u: 'bob', m: 'bob@acme.io', a: 'c3' },
  { id: 'bob-2', at: 80, type: 'identify', u: 'bob', m: 'bobby@acme.io' },
  { id: 'rob', at: 90, type: 'identify', u: 'rob', a: 'c4' },
  { id: 'claims', at: 95, type: 'alias', u: 'bob', previous: 'rob' },
  { id: 'desk-1', at: 200, type: 'identify', m: 'cleo@acme.io', a: 'c5' },
  { id: 'desk-2', at: 210, type: 'identify', m: 'cleo@other.io', a: 'c5' },
]

describe('why', () => {
  let lab: ResolverLab
  let sources: Sources
  const open = async (): Promise<Sources> => {
    const workspace = buildWorkspaces(toSettings(1).workspaces, readMailLists()).get(1)
    assert.ok(workspace)
    return await openSources(lab.warehouse, workspace, 1)
  }
  before(async () => {
    lab = await openLab(1)
    await lab.start()
    await lab.send(WORLD.map((happening) => toEnvelope(1, happening)))
    await lab.settle()
    sources = await open()
  })
  after(async () => await lab.close())

  test('an unsigned event belongs to a lead: its cookie, and who signed in with it', async () => {
    const [event, ...others] = await explainEvents(sources, 'look')
    assert.deepEqual(others, [])
    assert.equal(event?.rule, 'R5')
    assert.equal(event.lead, hash('user', 'ann'))
    assert.deepEqual(
      event.chain.map(({ node, lead, rule }) => [node.value, lead?.value, rule]),
      [
        ['c1', 'ann', 'R5'],
        ['ann', 'ann', 'own'],
      ],
    )
    const claim = event.chain[0]?.facts.find(({ hi }) => hi.value === 'ann')
    assert.deepEqual([claim?.kind, claim?.witness, claim?.trust], ['claim', 'sign', 'public'])
    assert.deepEqual(await explainEvents(sources, 'no such message'), [])
  })

  test('a value is what it is: who said it, and what else was said', async () => {
    const [title, ...others] = await explainTraits(
      sources,
      { kind: 'user', id: hash('user', 'ann') },
      'title',
    )
    assert.deepEqual(others, [])
    assert.equal(title?.policy, 'newest')
    // Of each identifier and key the latest is kept.
    const [winner, ...earlier] = title.told
    assert.deepEqual([winner?.value, winner?.messageId, winner?.trust], ['"CEO"', 'told', 'secret'])
    assert.deepEqual(earlier, [])
    assert.equal(title.winner?.through.value, 'ann')
  })

  test('some may be one, and nobody is joined by that', async () => {
    const found = await findSuggestions(sources, 100)
    const pairs = found.map(({ kind, a, b }) => [kind, ...[a, b].toSorted()])
    const expected = (kind: string, a: string, b: string) => [kind, ...[a, b].toSorted()]
    assert.deepEqual(pairs, [
      expected('alias', hash('user', 'rob'), hash('user', 'bob')),
      expected('same-phone', hash('user', 'ann'), hash('mail', 'ann@acme.co')),
      expected('same-cookie', hash('mail', 'cleo@acme.io'), hash('mail', 'cleo@other.io')),
    ])
  })

  test('a join by an operator is named as one', async () => {
    const command = await createOperator(lab, 1, NOON_MS).give({
      action: 'join',
      a: 'user:rob',
      b: 'user:bob',
    })
    const fresh = await open()
    const [step] = await explainIdentity(fresh, { kind: 'user', id: hash('user', 'rob') })
    assert.equal(step?.because, 'an operator joined them')
    assert.ok(step.facts.some(({ kind, witness }) => kind === 'join' && witness === command.id))
    const aliases = (await findSuggestions(fresh, 100)).filter(({ kind }) => kind === 'alias')
    assert.deepEqual(aliases, [], 'what was joined is no suggestion any more')
  })
})
