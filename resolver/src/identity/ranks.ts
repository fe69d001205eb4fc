import { NODE_KINDS, type NodeKind } from '@leadline/contract'

/** Place of a kind on the ladder: a lower one may hang on a higher one. */
export const rankOf = (kind: NodeKind): number => NODE_KINDS.indexOf(kind)
