import { CONTROL_TOPIC, encodeIdentityCommand, type IdentityCommand } from '@leadline/contract'
import type { Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { createEventSource } from '../reads/event-source.ts'
import { FactView } from '../reads/fact-view.ts'
import type { Sources } from '../reconcile/sources.ts'
import type { Workspace } from '../workspaces.ts'
import {
  findJoinPairs,
  findPartPairs,
  findQuarantinePairs,
  findReleasePairs,
  findUndoPairs,
  type PairsResult,
} from './find-pairs.ts'
import { measureEffect, type Effect } from './measure-effect.ts'
import { planErase } from './plan-erase.ts'
import { readSubject } from './read-subject.ts'

/** What an operator wants, in the words of the operator: identifiers as `readSubject` takes them. */
export type OperatorRequest =
  | { readonly action: 'join' | 'part'; readonly a: string; readonly b: string }
  | { readonly action: 'quarantine' | 'release' | 'erase'; readonly a: string }
  | { readonly action: 'undo'; readonly command: string }

export interface OperatorContext {
  readonly warehouse: Warehouse
  readonly workspace: Workspace
  readonly actor: string
  readonly now: () => number
  readonly newId: () => string
}

export type OperatorPlan =
  | { readonly ok: true; readonly command: IdentityCommand; readonly effect: Effect }
  | { readonly ok: false; readonly reason: string }

/** The command for a request and what it would change. Writes nothing: `sendCommand` puts it in force. */
export async function planCommand(context: OperatorContext, request: OperatorRequest): Promise<OperatorPlan> {
  const { warehouse, workspace } = context
  const sources: Sources = {
    warehouse,
    workspace,
    view: new FactView(warehouse, workspace.id),
    events: createEventSource(warehouse, workspace.id),
  }
  const draft: IdentityCommand = {
    v: 1,
    workspace: workspace.id,
    id: context.newId(),
    at: new Date(context.now()).toISOString(),
    actor: context.actor,
    action: request.action,
    pairs: [],
    erased: [],
    erasedMessages: [],
    around: [],
    effect: { leads: 0, events: 0, sessions: 0 },
  }
  if (request.action === 'erase') return await planErasure(sources, draft, request.a)
  const found = await findPairs(sources, request)
  if (!found.ok) return found
  const undoes = request.action === 'undo' ? { undoes: request.command } : {}
  const command = { ...draft, ...undoes, pairs: found.pairs }
  const effect = await measureEffect(sources, command)
  return { ok: true, command: { ...command, effect: effect.counts }, effect }
}

/** Resolves when the command is durable; the resolver then carries it out. */
export const sendCommand = (stream: Pick<Stream, 'append'>, command: IdentityCommand): Promise<void> =>
  stream.append(CONTROL_TOPIC, [{ key: String(command.workspace), value: encodeIdentityCommand(command) }])

async function planErasure(sources: Sources, draft: IdentityCommand, a: string): Promise<OperatorPlan> {
  const read = await readSubject(sources, a)
  if (!read.ok) return read
  const command = { ...draft, ...(await planErase(sources, read.subject)) }
  return { ok: true, command, effect: { moves: [], events: [], counts: command.effect } }
}

async function findPairs(
  sources: Sources,
  request: Exclude<OperatorRequest, { action: 'erase' }>,
): Promise<PairsResult> {
  if (request.action === 'undo') return await findUndoPairs(sources, request.command)
  const a = await readSubject(sources, request.a)
  if (!a.ok) return a
  if (request.action === 'quarantine') return await findQuarantinePairs(sources, a.subject)
  if (request.action === 'release') return await findReleasePairs(sources, a.subject)
  if (request.action !== 'join' && request.action !== 'part') throw new Error('no such request')
  const b = await readSubject(sources, request.b)
  if (!b.ok) return b
  if (request.action === 'join') return findJoinPairs(a.subject, b.subject)
  return await findPartPairs(sources, a.subject, b.subject)
}
