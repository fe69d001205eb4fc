/* The words of the naive ladder. */

/** An event after junk is taken out. Values, not hashes. */
export interface NaiveEvent {
  readonly id: string
  readonly timeMs: number
  readonly isAlias: boolean
  readonly isTrusted: boolean
  readonly isImpersonated: boolean
  readonly user: string | undefined
  readonly mail: string | undefined
  readonly cookie: string | undefined
  /** alias: what the user replaces. */
  readonly previous: string | undefined
}

/** A lead by the identifier that names it: `user:ann`, `mail:ann@acme.io`, `anon:c1`; `message:m1` for nobody's event. */
export type NaiveLead = `${'user' | 'mail' | 'anon' | 'message'}:${string}`

export interface NaiveVerdict {
  readonly lead: NaiveLead
  /** The sentence of the rules that decided. */
  readonly because: string
}

export interface NaiveOwner {
  readonly lead: NaiveLead
  readonly sinceMs: number
}

export interface NaiveLadder {
  /** Why the user is void (R1); undefined when it is not. */
  voidUser(user: string): string | undefined
  /** Why the mail is void (R2). */
  voidMail(mail: string): string | undefined
  /** R3. */
  accountOf(user: string): readonly string[]
  refusedAliases(): number
  /** R4; undefined when void. */
  homeOf(mail: string): NaiveVerdict | undefined
  /** R5. */
  ownersOf(cookie: string): readonly NaiveOwner[]
  /** R6, R7. */
  leadOf(event: NaiveEvent): NaiveVerdict
}

/** Place of a lead in the order that decides ties. */
export type TieOrder = (lead: NaiveLead) => string
