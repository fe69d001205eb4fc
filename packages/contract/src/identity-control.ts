import { z } from 'zod'
import { decodeJson } from './decode-json.ts'
import type { Decoded } from './result.ts'
import { NODE_KINDS, type NodeKind } from './touched.ts'

/** An identifier by its node id: commands carry no mail address and no user id. */
export interface ControlNode {
  readonly kind: NodeKind
  readonly id: string
}

/** Two identifiers that a command is about; equal ends where it is about one (quarantine, release). */
export interface ControlPair {
  readonly lo: ControlNode
  readonly hi: ControlNode
}

/**
 * What an operator decided about identities. A command says outright which pairs of identifiers it is about, so that
 * handling it again, in whatever state, means the same. `pairs` of an undo are those of the undone command.
 */
export interface IdentityCommand {
  readonly v: 1
  readonly workspace: number
  /** A UUID. */
  readonly id: string
  /** ISO 8601. Of commands about one pair the latest counts; ties by id. */
  readonly at: string
  /** Who, as the caller knows them. */
  readonly actor: string
  readonly action: 'join' | 'part' | 'quarantine' | 'release' | 'erase' | 'undo'
  readonly pairs: readonly ControlPair[]
  /**
   * erase: identifiers whose events up to `at` are deleted and never stored again. `base` is the id that the value had
   * before it was ever erased.
   */
  readonly erased: readonly (ControlNode & { readonly base: string })[]
  /** erase: node ids of single events (of a machine that others use too). */
  readonly erasedMessages: readonly string[]
  /** Identifiers around, whose leads must be looked at again. */
  readonly around: readonly ControlNode[]
  /** undo: id of the command that no longer counts. */
  readonly undoes?: string | undefined
  /** How many leads, events and sessions the operator was told would change. */
  readonly effect: { readonly leads: number; readonly events: number; readonly sessions: number }
}

const node = z.object({ kind: z.enum(NODE_KINDS), id: z.guid() })
const count = z.int().min(0)

export const identityCommandSchema = z.object({
  v: z.literal(1),
  workspace: z.int().min(0).max(0xffffffff),
  id: z.guid(),
  at: z.iso.datetime(),
  actor: z.string().min(1).max(200),
  action: z.enum(['join', 'part', 'quarantine', 'release', 'erase', 'undo']),
  pairs: z.array(z.object({ lo: node, hi: node })).max(1000),
  erased: z.array(node.extend({ base: z.guid() })),
  erasedMessages: z.array(z.guid()),
  around: z.array(node),
  undoes: z.guid().optional(),
  effect: z.object({ leads: count, events: count, sessions: count }),
})

export const encodeIdentityCommand = (command: IdentityCommand): string => JSON.stringify(command)
export const decodeIdentityCommand = (bytes: Uint8Array | string): Decoded<IdentityCommand> =>
  decodeJson(bytes, identityCommandSchema)
