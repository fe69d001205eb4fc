import { parseObject, toText } from '../loose-values.ts'
import { randomId } from '../random-id.ts'
import type { Feature } from '../tag-host.ts'

const KEY = 'leadline:session'
const PAUSE_MS = 1_800_000

/** `context.sessionId`: changes after half an hour without events. A hint; sessions are made where all events are. */
export const session: Feature = ({ storage, edits }) => {
  let memory = ''
  edits.push((event) => {
    const { id, atMs } = parseObject(storage.get(KEY) ?? memory)
    const now = Date.now()
    const sessionId = now - Number(atMs) < PAUSE_MS ? toText(id) : randomId()
    memory = JSON.stringify({ id: sessionId, atMs: now })
    storage.set(KEY, memory)
    return { ...event, context: { sessionId, ...event.context } }
  })
}
