/** What is known of the org that a workspace is connected to. */
export interface StoredConnection {
  /** Pinned: another org behind the same login stops the sync. */
  readonly orgId: string
  readonly userId: string
  readonly instanceUrl: string
  /** Empty in flows that need none. */
  readonly accessToken: string
  readonly refreshToken: string
  /** The refresh token was refused: nothing is tried until there is another. */
  readonly isDead: boolean
}

/** Where connections are kept, so that all processes of a workspace share one. */
export interface ConnectionStore {
  load(): Promise<StoredConnection | undefined>
  /** Resolves when it is durable. */
  save(connection: StoredConnection): Promise<void>
  /** Runs `work` while no other process does, on any machine. */
  alone<T>(work: () => Promise<T>): Promise<T>
}

/** For flows without refresh tokens, and for commands that leave nothing behind. */
export function createMemoryStore(): ConnectionStore {
  let stored: StoredConnection | undefined
  return {
    load: async () => stored,
    async save(connection) {
      stored = connection
    },
    alone: (work) => work(),
  }
}
