import { randomId } from '../identity/random-id.ts'
import { readItem, writeItem } from '../storage.ts'
import { edits, type Feature } from '../tag-host.ts'

const KEY = 'leadline:session'
const PAUSE_MS = 1_800_000

/** `context.sessionId`: changes after half an hour without events. A hint; sessions are made where all events are. */
export const session: Feature = () => {
  let memory = ''
  edits.push(({ context }) => {
    const [id, atMs] = (readItem(KEY) ?? memory).split('.')
    const sessionId = Date.now() - Number(atMs) < PAUSE_MS ? id : randomId()
    memory = sessionId + '.' + Date.now()
    writeItem(KEY, memory)
    context['sessionId'] ??= sessionId
  })
}
