import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { findSuggestions } from '@leadline/resolver/src/explain/find-suggestions.ts'
import { readMailLists } from '@leadline/resolver/src/profile/mail-domains.ts'
import { buildWorkspaces } from '@leadline/resolver/src/workspaces.ts'
import { createOperator } from '@leadline/resolver/test-support/operator.ts'
import { openLab, type ResolverLab } from '@leadline/resolver/test-support/resolver-lab.ts'
import { toSettings } from '@leadline/resolver/test-support/settings.ts'
import { NOON_MS, toEnvelope } from '@leadline/resolver/test-support/world.ts'
import { describePlan, idsOfPlan } from './describe-plan.ts'
import { readNames } from './read-names.ts'

let lab: ResolverLab
before(async () => {
  lab = await openLab(1)
  await lab.start()
  await lab.send([
    toEnvelope(1, {
      id: 'm1',
      at: 0,
      type: 'identify',
      m: 'ann@acme.io',
      a: 'c1',
      traits: { phone: '+49301234567' },
    }),
    toEnvelope(1, {
      id: 'm2',
      at: 90,
      type: 'identify',
      m: 'ann@other.io',
      a: 'c2',
      traits: { phone: '+49301234567' },
    }),
  ])
  await lab.settle()
})
after(async () => await lab.close())

const openWorkspace = () => {
  const workspace = buildWorkspaces(toSettings(1).workspaces, readMailLists()).get(1)
  assert.ok(workspace)
  return { warehouse: lab.warehouse, workspace }
}

test('a plan names people by what they are known by', async () => {
  const request = { action: 'join', a: 'mail:ann@acme.io', b: 'mail:ann@other.io' } as const
  const plan = await createOperator(lab, 1, NOON_MS).plan(request)
  assert.ok(plan.ok)
  const text = describePlan(plan, {
    isDryRun: true,
    nameOf: await readNames(openWorkspace(), idsOfPlan(plan)),
  })
  assert.match(text, /join would change 2 leads, 1 event, 1 session/)
  assert.match(text, /mail:ann@other\.io: mail:ann@other\.io -> mail:ann@acme\.io/)
})

test('so do suggestions, and an id that nobody knows is itself', async () => {
  const open = openWorkspace()
  const [suggestion] = await findSuggestions(open, 10)
  assert.equal(suggestion?.kind, 'same-phone')
  const unknown = '61f0c404-5cb3-11e7-907b-a6006ad3dba0'
  const nameOf = await readNames(open, [suggestion.a, suggestion.b, unknown])
  assert.deepEqual([nameOf(suggestion.a), nameOf(suggestion.b)].sort(), [
    'mail:ann@acme.io',
    'mail:ann@other.io',
  ])
  assert.equal(nameOf(unknown), unknown)
})
