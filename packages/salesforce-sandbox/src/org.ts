import type { Clock } from './clock.ts'
import type { FaultEngine } from './faults/fault-engine.ts'
import type { RequestLog } from './log/request-log.ts'
import type { Settings } from './options.ts'
import type { Schema } from './schema/schema-model.ts'
import type { KeyValues } from './store/key-values.ts'
import type { RecordStore } from './store/record-store.ts'

/** One org: what its parts share. Built in `create-org.ts`, passed to every handler. */
export interface Org {
  readonly settings: Settings
  readonly clock: Clock
  readonly schema: Schema
  readonly store: RecordStore
  readonly state: KeyValues
  readonly faults: FaultEngine
  readonly log: RequestLog
  /** Where it is reached, without a trailing slash. */
  readonly url: () => string
}
