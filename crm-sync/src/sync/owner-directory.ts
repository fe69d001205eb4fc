import { z } from 'zod'
import type { OwnerCandidate } from '../plan/owner.ts'
import { querySoql } from '../salesforce/query.ts'
import type { Send } from '../salesforce/send.ts'

/** Users and queues come and go, and whoever is gone is refused as owner: then Salesforce is asked anew. */
const FRESH_MS = 10 * 60_000

const userRow = z.object({
  Id: z.string(),
  Email: z.string().nullish(),
  Username: z.string(),
  IsActive: z.boolean(),
})
const queueRow = z.object({ Id: z.string(), Name: z.string().nullish(), DeveloperName: z.string().nullish() })

/** Who may own records, asked for only where a rule gives records away. */
export function createOwnerDirectory(
  send: Send,
  now: () => number,
): () => Promise<readonly OwnerCandidate[]> {
  let known: { readonly atMs: number; readonly owners: readonly OwnerCandidate[] } | undefined
  return async function owners() {
    if (known && known.atMs + FRESH_MS > now()) return known.owners
    known = { atMs: now(), owners: await readOwners(send) }
    return known.owners
  }
}

async function readOwners(send: Send): Promise<readonly OwnerCandidate[]> {
  const users = await querySoql(send, 'SELECT Id, Email, Username, IsActive FROM User', { row: userRow })
  const queues = await querySoql(send, `SELECT Id, Name, DeveloperName FROM Group WHERE Type = 'Queue'`, {
    row: queueRow,
  })
  return [
    ...users.map((user) => ({
      id: user.Id,
      names: toNames(user.Username, user.Email),
      isQueue: false,
      isActive: user.IsActive,
    })),
    ...queues.map((queue) => ({
      id: queue.Id,
      names: toNames(queue.Name, queue.DeveloperName),
      isQueue: true,
      isActive: true,
    })),
  ]
}

const toNames = (...names: readonly (string | null | undefined)[]): readonly string[] =>
  names.flatMap((name) => (name ? [name.toLowerCase()] : []))
