import type { NodeId } from '../identity/fact-source.ts'

/** Whose an event was, and in which session it lay, when it was last resolved. */
export interface Stamp {
  readonly lead: NodeId
  readonly session: NodeId
}

/** What tells events apart: the sort key beside the workspace. */
export interface EventRef {
  readonly node: NodeId
  /** YYYY-MM-DD. */
  readonly day: string
  readonly messageId: string
}

export const eventKey = ({ node, day, messageId }: EventRef): string => `${node}|${day}|${messageId}`
