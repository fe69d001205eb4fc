import type { NodeKind } from '@leadline/contract'

/** Keyed hash of an identifier, printed as UUID. Unique over all kinds. */
export type NodeId = string

export interface NodeRef {
  readonly kind: NodeKind
  readonly id: NodeId
}

/** "None", where a node id is not known or does not apply. */
export const NO_NODE: NodeId = '00000000-0000-0000-0000-000000000000'

/**
 * Who said it; more is believed more. A mention claims nothing: staff acted as a customer. It is kept because
 * the event has to be found through it when its user turns out void.
 */
export const TRUST = { mention: 0, public: 1, secret: 2, operator: 3 } as const

/** Neutral for minimum and maximum: times of what was mentioned but never seen. */
export const NEVER_FIRST_MS = Date.UTC(2299, 0, 1)
export const NEVER_LAST_MS = Date.UTC(1970, 0, 1)

/**
 * A statement that events made about two identifiers. Facts with equal ends, kind and via are one fact:
 * earliest and latest time, smallest witness, highest trust.
 */
export interface Fact {
  /** claim: lower belongs to higher. alias: `lo` was replaced by `hi`. join: an operator says they are one. */
  readonly kind: 'claim' | 'alias' | 'join'
  readonly loKind: NodeKind
  readonly lo: NodeId
  readonly hiKind: NodeKind
  readonly hi: NodeId
  /** The user that was named beside a cookie and a mail: the claim counts only while that user is void. */
  readonly via: NodeId
  readonly firstMs: number
  readonly lastMs: number
  readonly trust: number
  /** Message id. */
  readonly witness: string
}

/**
 * The questions that the rules ask of the facts. An answer is complete or, for a source that is still being
 * loaded, empty and noted as missing: then the rules are asked again once it is there.
 */
export interface FactSource {
  /** All facts but mentions and parted ones whose lower end is this node; joins by operators are among them. */
  above(node: NodeRef): readonly Fact[]
  /** All facts but mentions and parted ones whose higher end is this node and whose lower end is of this kind. */
  below(node: NodeRef, loKind: NodeKind): readonly Fact[]
  /** Did an operator say that the node is nobody's? */
  isQuarantined(node: NodeRef): boolean
  /** When the node first stood in an event of its own kind (aliases do not count); undefined when it never did. */
  firstSeenMs(id: NodeId): number | undefined
}
