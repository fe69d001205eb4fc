import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DeadLetter } from '@leadline/contract'
import type { NormalEvent } from '../normalise/normalise-event.ts'
import type { Workspace, Workspaces } from '../workspaces.ts'
import { decodeValue } from './decode-value.ts'
import { EventBlock } from './event-block.ts'
import { isRefusedForGood } from './refused-rows.ts'

/** A statement costs the engine some 10 ms, however few rows it has. */
const MAX_EVENTS = 25_000
/** Some 5 ms of work: others have their turn then, and what is being written gets out. */
const EVENTS_OF_A_TURN = 400

/** Values of one workspace, and the rows of their events. */
export class Part {
  readonly workspace: Workspace
  readonly block: EventBlock
  readonly values: Buffer[] = []
  /** Why one of the events can have no rows. */
  refusal: Error | undefined

  constructor(workspace: Workspace) {
    this.workspace = workspace
    this.block = new EventBlock(workspace)
  }

  add(value: Buffer, events: readonly NormalEvent[]): void {
    this.values.push(value)
    try {
      for (const event of events) this.block.add(event)
    } catch (error) {
      if (!isRefusedForGood(error)) throw error
      this.refusal ??= error
    }
  }
}

/** What is not stored. */
export interface Aside {
  readonly dead: DeadLetter[]
  /** Events of people who were erased. */
  erased: number
}

export interface FillOptions {
  readonly workspaces: Workspaces
  /** Now, as ISO 8601. */
  readonly at: string
  readonly aside: Aside
}

/** Values of the events topic as parts of one workspace each, a part as soon as it is full, in the order of the values. */
export async function* fillParts(
  values: readonly Buffer[],
  { workspaces, at, aside }: FillOptions,
): AsyncGenerator<Part> {
  const parts = new Map<number, Part>()
  let inTurn = 0
  for (const value of values) {
    const { workspace, events, dead, erased } = decodeValue(value, workspaces, at)
    aside.dead.push(...dead)
    aside.erased += erased
    const part = workspace && addTo(parts, workspace, { value, events })
    if (part && part.block.size >= MAX_EVENTS) {
      parts.delete(part.workspace.id)
      yield part
    }
    inTurn += events.length
    if (inTurn >= EVENTS_OF_A_TURN) {
      inTurn = 0
      await nextTurn()
    }
  }
  yield* parts.values()
}

function addTo(
  parts: Map<number, Part>,
  workspace: Workspace,
  { value, events }: { readonly value: Buffer; readonly events: readonly NormalEvent[] },
): Part {
  const part = parts.get(workspace.id) ?? new Part(workspace)
  parts.set(workspace.id, part)
  part.add(value, events)
  return part
}
