import type { Clock } from './clock.ts'
import type { FaultEngine } from './faults/fault-engine.ts'
import type { EventLog } from './events/event-log.ts'
import type { RequestLog } from './log/request-log.ts'
import type { LiveSchema } from './metadata/live-schema.ts'
import type { Settings } from './options.ts'
import type { Cells } from './org-cells.ts'
import type { RunningTransactions } from './rules/running-transactions.ts'
import type { Schema } from './schema/schema-model.ts'
import type { KeyValues } from './store/key-values.ts'
import type { RecordStore } from './store/record-store.ts'

/** One org: what its parts share. Built in `create-org.ts`, passed to every handler. */
export interface Org {
  readonly settings: Settings
  readonly clock: Clock
  readonly schema: Schema
  /** Where the schema comes from, and is changed. */
  readonly liveSchema: LiveSchema
  readonly store: RecordStore
  readonly state: KeyValues
  readonly cells: Cells
  /** Change events that subscribers read. */
  readonly events: EventLog
  readonly faults: FaultEngine
  /** Writes that have not been answered yet, and the rows they hold. */
  readonly running: RunningTransactions
  readonly log: RequestLog
  /** Where it is reached, without a trailing slash. */
  readonly url: () => string
  /** Its 18-character id now: a refreshed sandbox has another one. */
  readonly id: string
}
