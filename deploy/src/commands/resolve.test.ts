import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createRandom } from '@leadline/resolver/test-support/random-world.ts'
import { createPeopleWorld, reorder } from '@leadline/resolver/test-support/worlds/create-world.ts'
import { findFailedGates, scoreWorld } from '@leadline/resolver/test-support/worlds/score-world.ts'
import type { WorldEvent } from '@leadline/resolver/test-support/worlds/world-types.ts'
import { z } from 'zod'
import { createRecordingTerminal } from '../../test-support/recording-terminal.ts'
import { makeTemporaryDirectory } from '../../test-support/temporary-directory.ts'
import { runCli } from '../main.ts'

const id = z.guid().nullable()
const answerSchema = z.strictObject({
  messageId: z.string(),
  leadId: id,
  contactId: id,
  companyId: id,
  sessionId: id,
})

const toLines = (events: readonly object[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('')

/** Runs the command on this text; the answers in their order. */
async function resolveText(t: TestContext, text: string | Buffer, ...flags: string[]) {
  const directory = await makeTemporaryDirectory(t)
  const [input, output] = [join(directory, 'events'), join(directory, 'leads')]
  await writeFile(input, text)
  const terminal = createRecordingTerminal()
  const exitCode = await runCli(['resolve', '--in', input, '--out', output, ...flags], terminal)
  const written = await readFile(output, 'utf8').catch(() => '')
  const answers = written
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => answerSchema.parse(JSON.parse(line)))
  return { exitCode, errors: terminal.errors, answers }
}

const at = (minute: number) => ({ timestamp: new Date(Date.UTC(2026, 0, 5, 10, minute)).toISOString() })
const STORY = [
  { type: 'page', messageId: 'm1', anonymousId: 'c1', ...at(0) },
  {
    type: 'identify',
    messageId: 'm2',
    anonymousId: 'c1',
    userId: 'u1',
    traits: { email: 'ann@acme.io' },
    ...at(1),
  },
  { type: 'group', messageId: 'm3', userId: 'u2', groupId: 'g', ...at(2) },
  { type: 'page', messageId: 'm1', anonymousId: 'c1', ...at(0) },
]

describe('leadline resolve', () => {
  test('answers once for each message, in the order in which they first appear', async (t) => {
    const { exitCode, answers, errors } = await resolveText(t, gzipSync(toLines(STORY)))
    assert.deepEqual(errors, [])
    assert.equal(exitCode, 0)
    assert.deepEqual(
      answers.map(({ messageId }) => messageId),
      ['m1', 'm2', 'm3'],
    )
    const [page, identify, group] = answers
    assert.equal(page?.leadId, identify?.leadId)
    assert.equal(page?.sessionId, identify?.sessionId)
    assert.notEqual(identify?.companyId, null)
    assert.equal(group?.sessionId, null)
  })

  test('an identity key changes all ids, and limits come from a settings file', async (t) => {
    const directory = await makeTemporaryDirectory(t)
    const config = join(directory, 'leadline.yaml')
    await writeFile(config, 'workspaces:\n  - identity:\n      junk: [u1]\n')
    const plain = await resolveText(t, toLines(STORY))
    const { answers } = await resolveText(
      t,
      toLines(STORY),
      '--config',
      config,
      '--identity-key',
      'k'.repeat(20),
    )
    for (const [i, answer] of answers.entries()) assert.notEqual(answer.leadId, plain.answers[i]?.leadId)
    // Without its user id the visitor is known by his address alone, which is then lead and contact.
    assert.equal(answers[1]?.leadId, answers[1]?.contactId)
  })

  test('names lines that are no events, and resolves the others', async (t) => {
    const { exitCode, errors, answers } = await resolveText(
      t,
      `${toLines(STORY.slice(0, 1))}nonsense\n\n{"type":"wave","messageId":"x"}\n{"type":"page","messageId":7,"anonymousId":"c1"}\n`,
    )
    assert.equal(exitCode, 2)
    assert.deepEqual(
      answers.map(({ messageId }) => messageId),
      ['m1', '7'],
      'an id that is a number keeps its digits',
    )
    assert.match(errors[0] ?? '', /line 2: not a JSON object/)
    assert.match(errors[1] ?? '', /line 4: type: must be one of/)
  })

  test('says what is wrong with a file that cannot be read', async (t) => {
    const terminal = createRecordingTerminal()
    const missing = join(await makeTemporaryDirectory(t), 'none')
    assert.equal(await runCli(['resolve', '--in', missing], terminal), 1)
    assert.match(terminal.errors.at(-1) ?? '', /cannot be read: there is no such file/)
    const cut = await resolveText(t, gzipSync(toLines(STORY)).subarray(0, 60))
    assert.equal(cut.exitCode, 1)
    assert.match(cut.errors.at(-1) ?? '', /ends too early/)
  })

  test('says before the work that there is no place for the answers', async (t) => {
    const directory = await makeTemporaryDirectory(t)
    const terminal = createRecordingTerminal()
    const nowhere = join(directory, 'missing', 'leads')
    assert.equal(await runCli(['resolve', '--in', join(directory, 'none'), '--out', nowhere], terminal), 1)
    assert.match(terminal.errors.at(-1) ?? '', /leads cannot be written: ENOENT/)
  })

  test('a world of people passes the gates, with the same ids in another order and replayed', async (t) => {
    const world = createPeopleWorld({ seed: 11, people: 100, hostility: 1 })
    const resolveEvents = async (events: readonly WorldEvent[]) => {
      const { answers } = await resolveText(t, toLines(events))
      return new Map(answers.map(({ messageId, ...ids }) => [messageId, ids]))
    }
    const inOrder = await resolveEvents(world.events)
    const score = scoreWorld(world, new Map([...inOrder].map(([id, { leadId }]) => [id, leadId ?? ''])))
    t.diagnostic(JSON.stringify(score))
    assert.deepEqual(
      findFailedGates(score).filter((gate) => !gate.startsWith('ambiguousWrong')),
      [],
    )
    const replayed = await resolveEvents(reorder(world, 'replayed', createRandom(11)).toReversed())
    assert.deepEqual(replayed, inOrder)
  })
})
