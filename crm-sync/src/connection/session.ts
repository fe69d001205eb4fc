export interface Session {
  readonly accessToken: string
  /** Origin of the API, as the latest token answer names it: orgs move. */
  readonly instanceUrl: string
  /** 18 characters; undefined when the token answer does not name it. */
  readonly orgId?: string | undefined
  readonly userId?: string | undefined
  /** It was kept by some process, and may be as old as the one before. */
  readonly isKept?: boolean
}

export interface TokenProvider {
  current(): Promise<Session>
  /** A session that is not the stale one. Callers at the same time share one token call. */
  renew(stale: Session): Promise<Session>
  /** Its address does not answer as Salesforce does: the next call asks the login host where the org is now. */
  drop(suspect: Session): void
}
