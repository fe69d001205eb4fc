import { createClock, type Clock } from './clock.ts'
import { noteSchema } from './describe/schema-modified.ts'
import { EventLog } from './events/event-log.ts'
import { publishChanges } from './events/publish-changes.ts'
import { FaultEngine } from './faults/fault-engine.ts'
import { RequestLog } from './log/request-log.ts'
import { LiveSchema } from './metadata/live-schema.ts'
import type { Settings } from './options.ts'
import type { Org } from './org.ts'
import { createCells } from './org-cells.ts'
import { RunningTransactions } from './rules/running-transactions.ts'
import type { Journal } from './store/journal.ts'
import { KeyValues } from './store/key-values.ts'
import {
  ADMIN_ID,
  assignPermissionSets,
  keepRecordTypes,
  loadFixtures,
  systemActor,
} from './store/load-fixtures.ts'
import { RecordStore } from './store/record-store.ts'

export interface OrgParts {
  readonly settings: Settings
  readonly journal: Journal
  readonly url: () => string
  /** Time source of a wall clock; undefined for a virtual one. */
  readonly now: (() => number) | undefined
}

/** An org as its journal kept it, or a new one with its fixtures. Throws when the journal is another org's. */
export function createOrg(parts: OrgParts): Org {
  const { settings, journal } = parts
  const restored = journal.restore()
  const state = new KeyValues()
  state.restore(restored.state)
  const cells = createCells(state)
  const liveSchema = new LiveSchema({ settings, state, components: cells.components })
  const store = new RecordStore(liveSchema.current)
  store.restore(restored.records, restored.versions)
  const log = new RequestLog(settings.logEntries)
  log.restore(restored.log)
  const events = new EventLog()
  events.restore(restored.events)
  const org: Org = {
    settings,
    clock: buildClock(parts, state),
    get schema() {
      return liveSchema.current
    },
    liveSchema,
    store,
    state,
    cells,
    events,
    log,
    faults: new FaultEngine(),
    running: new RunningTransactions(),
    url: parts.url,
    get id() {
      return cells.auth.get().orgId ?? settings.orgId
    },
  }
  claim(org)
  const setup = systemActor(org)
  keepRecordTypes(setup)
  if (!store.get('User', ADMIN_ID)) loadFixtures(setup)
  assignPermissionSets(setup)
  noteSchema(org)
  return org
}

/** Writes what has changed to the journal; throws when that fails, and then all of it is still pending. */
export function persist(org: Org, journal: Journal): void {
  const clockMs = String(org.clock.nowMs())
  if (org.settings.clockMode === 'virtual' && org.state.get('clock') !== clockMs)
    org.state.set('clock', clockMs)
  publishChanges(org)
  journal.write({
    ...org.store.pending(),
    events: org.events.pending(),
    oldestEventId: org.events.oldestId(),
    state: org.state.pending(),
    log: org.log.pending(),
    oldestLogSeq: org.log.oldestSeq(),
  })
  org.store.settle()
  org.state.settle()
  org.log.settle()
  org.events.settle()
}

function buildClock({ settings, now }: OrgParts, state: KeyValues): Clock {
  if (settings.clockMode === 'wall') return createClock(0, now ?? Date.now)
  return createClock(Number(state.get('clock') ?? Date.parse(settings.clock)))
}

function claim(org: Org): void {
  const owner = org.state.get('orgId')
  if (owner !== undefined && owner !== org.settings.orgId) {
    throw new Error(
      `${org.settings.dataDir} holds org ${owner}, not ${org.settings.orgId}: use another dataDir`,
    )
  }
  if (owner === undefined) org.state.set('orgId', org.settings.orgId)
}
