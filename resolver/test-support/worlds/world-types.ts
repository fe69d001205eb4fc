/** An event as a client would send it, and when it arrived. One line of a file for `leadline resolve`. */
export interface WorldEvent {
  readonly type: 'identify' | 'track' | 'page' | 'alias' | 'group'
  readonly messageId: string
  readonly anonymousId?: string
  readonly userId?: string | number
  readonly previousId?: string
  readonly event?: string
  readonly groupId?: string
  readonly channel?: 'server'
  readonly timestamp: string
  readonly originalTimestamp: string
  readonly sentAt: string
  readonly receivedAt: string
  readonly properties?: Readonly<Record<string, unknown>>
  readonly traits?: Readonly<Record<string, unknown>>
  readonly context?: Readonly<Record<string, unknown>>
}

/** Who really did it, as far as anybody could tell from the events. */
export interface Label {
  /** `account:…`, or `cookie:…` for somebody who never said who he is on that cookie. */
  readonly who: string
  /**
   * `signed`: it names him. `certain`: nobody but him ever signed in on that cookie. `ambiguous`: several did.
   * `hidden`: one did, but it was somebody else; no resolver can know, and none is judged by it.
   */
  readonly kind: 'signed' | 'certain' | 'ambiguous' | 'hidden'
}

export interface World {
  /** In the order in which they happened; redelivered copies among them, later. */
  readonly events: readonly WorldEvent[]
  /** By message id. */
  readonly labels: ReadonlyMap<string, Label>
}

export interface WorldPlan {
  readonly seed: number
  readonly people: number
  /** Shares of what makes it hard, from 0 to 1: junk, shared machines, skew, redelivery. */
  readonly hostility: number
}
