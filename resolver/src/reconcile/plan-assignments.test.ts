import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Verdict } from '../identity/ladder.ts'
import type { Span } from '../identity/visits.ts'
import type { StoredAssignment } from '../reads/read-assignments.ts'
import { NO_NODE } from '../identity/fact-source.ts'
import { planAssignments } from './plan-assignments.ts'

const NODE = { kind: 'anon', id: 'cookie' } as const
const BEGINNING_MS = Date.UTC(2000, 0, 1)
const END_MS = Date.UTC(2299, 11, 31)

const given = (lead: string, rule = 'R5'): Verdict => ({ state: 'assigned', lead, rule, witness: 'm1' })
const whole = (lead: string, rule = 'R5'): StoredAssignment => ({
  node: 'cookie',
  fromMs: BEGINNING_MS,
  toMs: END_MS,
  lead,
  rule,
})
const span = (fromMs: number, toMs: number, lead: string): Span => ({ fromMs, toMs, lead })

/** What is written, in short: from, to, lead, rule, and `gone` where the row goes. */
function plan(verdict: Verdict, stored: readonly StoredAssignment[] = [], spans: readonly Span[] = []) {
  const settled = {
    dirty: [NODE],
    verdicts: new Map([[NODE.id, verdict]]),
    stored: new Map([[NODE.id, stored]]),
  }
  const { assignments, leadNodes, log } = planAssignments(1, settled, new Map([[NODE.id, spans]]))
  return {
    assignments: assignments.map((one) => `${one.lead_id} ${one.rule}${one.gone === 1 ? ' gone' : ''}`),
    leads: leadNodes.map((one) => `${one.lead_id}${one.gone === 1 ? ' gone' : ''}`),
    log: log.map(
      (one) => `${one.from_lead} to ${one.to_lead} by ${one.rule}, ${one.witness || 'no witness'}`,
    ),
  }
}
const NOTHING = { assignments: [], leads: [], log: [] }

describe('what is written about an identifier', () => {
  test('nothing while it is its own lead', () => assert.deepEqual(plan({ state: 'own' }), NOTHING))

  test('its lead, once', () => {
    const first = plan(given('ann'))
    assert.deepEqual(first, { assignments: ['ann R5'], leads: ['ann'], log: ['cookie to ann by R5, m1'] })
    assert.deepEqual(plan(given('ann'), [whole('ann')]), NOTHING)
  })

  test('a move from one lead to another', () => {
    assert.deepEqual(plan(given('bob'), [whole('ann')]), {
      assignments: ['bob R5'],
      leads: ['bob', 'ann gone'],
      log: ['ann to bob by R5, m1'],
    })
  })

  test('its return to itself', () => {
    assert.deepEqual(plan({ state: 'own' }, [whole('ann')]), {
      assignments: ['ann R5 gone'],
      leads: ['ann gone'],
      log: ['ann to cookie by R5, no witness'],
    })
  })

  test('that it is void: nobody’s, and no lead’s member', () => {
    assert.deepEqual(plan({ state: 'void', rule: 'R1' }, [whole('ann')]), {
      assignments: [`${NO_NODE} R1`],
      leads: ['ann gone'],
      log: [`ann to ${NO_NODE} by R1, no witness`],
    })
  })

  test('the spans of a shared cookie, as far as they changed', () => {
    const shared: Verdict = { state: 'shared', owners: [] }
    const stored = [span(10, 20, 'ann'), span(30, 40, 'bob'), span(50, 60, 'ann')]
    const rows = stored.map((one): StoredAssignment => ({ node: 'cookie', rule: 'R6', ...one }))
    assert.deepEqual(plan(shared, rows, stored), NOTHING)
    assert.deepEqual(plan(shared, rows, [span(10, 25, 'ann'), span(50, 60, 'eve')]), {
      assignments: ['ann R6', 'eve R6', 'bob R6 gone'],
      leads: ['eve', 'bob gone'],
      log: [],
    })
  })

  test('that a cookie becomes shared, under the rule that found its owners', () => {
    const { log } = plan({ state: 'shared', owners: [] }, [whole('ann')], [span(10, 20, 'ann')])
    assert.deepEqual(log, [`ann to ${NO_NODE} by R5, no witness`])
  })

  test('a rule that changed, though the lead did not', () => {
    assert.deepEqual(plan(given('ann', 'R4'), [whole('ann', 'R3')]), {
      assignments: ['ann R4'],
      leads: [],
      log: [],
    })
  })
})
