import { createHash } from 'node:crypto'
import type { NewFiring } from '../reconcile/find-new-firings.ts'

/**
 * The same firing and action have the same id, whoever works it out and however often: it is the receiver's way to know
 * a message again. A hash of what is a keyed hash itself where it names a person.
 */
export function toDeliveryId(
  ws: number,
  { node_id, rule, message_id }: Pick<NewFiring, 'node_id' | 'rule' | 'message_id'>,
  action: string,
): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([ws, node_id, rule, message_id, action]))
    .digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}
