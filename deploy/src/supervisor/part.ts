/** A process of the tree: a deployable, or an engine that stands in for an outside service. */
export interface Part {
  readonly name: string
  /** Absolute path of its main.ts. */
  readonly entry: string
  readonly args: readonly string[]
  /** Its whole environment. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export type PartPhase = 'starting' | 'ready' | 'waiting' | 'stopping' | 'stopped'

/** How a part is, for `status`. `waiting`: it died and will be started again after a pause. */
export interface PartState {
  readonly name: string
  readonly phase: PartPhase
  readonly pid: number | null
  readonly url: string | null
  /** Starts after the first. */
  readonly restarts: number
  /** Why it last died or could not start. */
  readonly lastProblem: string | null
}

/** The part could not start; the message is the part's own line. */
export class PartFailed extends Error {
  override readonly name = 'PartFailed'
  readonly part: string
  constructor(part: string, message: string) {
    super(message)
    this.part = part
  }
}
