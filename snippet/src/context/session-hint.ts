import { randomId } from '../identity/random-id.ts'
import { parseObject } from '../loose-values.ts'
import { readItem, writeItem } from '../storage.ts'
import type { Feature } from '../tag-host.ts'

const KEY = 'leadline:session'
const PAUSE_MS = 1_800_000

/** `context.sessionId`: changes after half an hour without events. A hint; sessions are made where all events are. */
export const session: Feature = ({ edits }) => {
  let memory = ''
  edits.push(({ context }) => {
    const { id, atMs } = parseObject(readItem(KEY) ?? memory)
    const now = Date.now()
    const sessionId = now - Number(atMs) < PAUSE_MS ? id : randomId()
    memory = JSON.stringify({ id: sessionId, atMs: now })
    writeItem(KEY, memory)
    context['sessionId'] ??= sessionId
  })
}
