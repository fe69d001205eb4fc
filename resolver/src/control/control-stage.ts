import {
  CONTROL_TOPIC,
  decodeIdentityCommand,
  encodeTouched,
  TOUCHED_TOPIC,
  type IdentityCommand,
} from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import type { Batch, Stream } from '@leadline/stream'
import { toDateTime, type ErasuresRow, type IdentityRulingsRow, type Warehouse } from '@leadline/warehouse'
import { toChunks } from '../chunks.ts'
import { NO_NODE, type NodeRef } from '../identity/fact-source.ts'
import type { Progress } from '../progress.ts'

export interface ControlDependencies {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly progress: Progress
  readonly log: Log
}

const MAX_TOUCHED = 1000

/**
 * Commands of operators become rows, then the reconciler is told whom they touch. All rows are only ever added, so a
 * command that is handled again changes nothing; rulings come before the audit row, which says that it is in force.
 */
export function createControlStage(dependencies: ControlDependencies): (batch: Batch) => Promise<void> {
  const { progress, log } = dependencies
  return async ({ values }) =>
    await progress.during(async () => {
      for (const value of values) {
        const decoded = decodeIdentityCommand(value)
        if (decoded.ok) {
          await handle(dependencies, decoded.value)
          continue
        }
        progress.count('unread', 1, [CONTROL_TOPIC, 'cannot be read'])
        log.warn('a command about identities could not be read and was left out', { reason: decoded.reason })
      }
    })
}

async function handle(
  { stream, warehouse, log }: ControlDependencies,
  command: IdentityCommand,
): Promise<void> {
  await warehouse.insert('identity_rulings', toRulingRows(command))
  await warehouse.insert('erasures', toErasureRows(command))
  await warehouse.insert('identity_commands', [
    {
      ws: command.workspace,
      command_id: command.id,
      at: toDateTime(Date.parse(command.at)),
      actor: command.actor,
      action: command.action,
      undoes: command.undoes ?? NO_NODE,
      ...command.effect,
    },
  ])
  const { workspace } = command
  await stream.append(
    TOUCHED_TOPIC,
    toChunks(toTouched(command), MAX_TOUCHED).map((nodes) => ({
      key: String(workspace),
      value: encodeTouched({ v: 1, workspace, nodes }),
    })),
  )
  log.info('a command about identities is in force', { action: command.action, command: command.id })
}

/** A row for each end of each pair. */
export function toRulingRows(command: IdentityCommand): readonly IdentityRulingsRow[] {
  const { action } = command
  if (action === 'erase') return []
  const said = {
    ws: command.workspace,
    command_id: command.id,
    at: toDateTime(Date.parse(command.at)),
    action,
    undoes: command.undoes ?? NO_NODE,
  }
  return command.pairs.flatMap(({ lo, hi }) => {
    const toRow = (node: NodeRef, other: NodeRef): IdentityRulingsRow => ({
      ...said,
      node_id: node.id,
      node_type: node.kind,
      other_id: other.id,
      other_type: other.kind,
    })
    return lo.id === hi.id ? [toRow(lo, hi)] : [toRow(lo, hi), toRow(hi, lo)]
  })
}

function toErasureRows({ workspace, at, erased, erasedMessages }: IdentityCommand): readonly ErasuresRow[] {
  const until = toDateTime(Date.parse(at))
  const messages = erasedMessages.map((id) => ({ base: id, id }))
  return [...erased, ...messages].map(({ base, id }) => ({
    ws: workspace,
    base_id: base,
    until,
    node_id: id,
  }))
}

function toTouched({ pairs, erased, around }: IdentityCommand): readonly NodeRef[] {
  const nodes = [...pairs.flatMap(({ lo, hi }) => [lo, hi]), ...erased, ...around]
  return [...new Map(nodes.map(({ kind, id }) => [id, { kind, id }])).values()]
}
