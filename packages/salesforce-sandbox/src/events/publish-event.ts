import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import { buildRecordId } from '../store/record-id.ts'
import type { FieldValues } from '../store/stored-record.ts'
import { nextReplayId } from './publish-changes.ts'
import { toUuid } from './uuid.ts'

/** Publishes a platform event at once; it stays when the rest of its request is undone. */
export function publishEvent(
  org: Org,
  published: { readonly object: ObjectDefinition; readonly values: FieldValues; readonly userId: string },
): { readonly id: string; readonly uuid: string } {
  const { object, values, userId } = published
  const replayId = nextReplayId(org)
  const transaction = org.state.next('counter:transaction')
  const createdMs = org.clock.nowMs()
  org.events.add({
    replayId,
    commitMs: createdMs,
    object: object.name,
    changeType: 'EVENT',
    transaction,
    sequence: 1,
    refs: [],
    payload: { ...values, CreatedById: userId, CreatedDate: new Date(createdMs).toISOString() },
  })
  const id = buildRecordId(object.keyPrefix, org.state.next(`counter:${object.keyPrefix}`))
  return { id, uuid: toUuid(`${org.settings.seed}:event:${replayId}`) }
}
