import { createAccess } from './access/access.ts'
import { createClock, type Clock } from './clock.ts'
import { noteSchema } from './describe/schema-modified.ts'
import type { Dml } from './dml/dml-result.ts'
import { FaultEngine } from './faults/fault-engine.ts'
import { RequestLog } from './log/request-log.ts'
import type { Settings } from './options.ts'
import type { Org } from './org.ts'
import { createSchema } from './schema/create-schema.ts'
import { extendSchema, loadSfdxSource } from './schema/load-sfdx.ts'
import type { Schema } from './schema/schema-model.ts'
import { STANDARD_OBJECTS } from './schema/standard/standard-objects.ts'
import type { Journal } from './store/journal.ts'
import { KeyValues } from './store/key-values.ts'
import { ADMIN_ID, assignPermissionSets, loadFixtures } from './store/load-fixtures.ts'
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
  const schema = buildSchema(settings, state)
  const store = new RecordStore(schema)
  store.restore(restored.records, restored.versions)
  const log = new RequestLog(settings.logEntries)
  log.restore(restored.log)
  const org: Org = {
    settings,
    clock: buildClock(parts, state),
    schema,
    store,
    state,
    log,
    faults: new FaultEngine(),
    url: parts.url,
  }
  claim(org)
  const setup = systemActor(org)
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
  journal.write({
    ...org.store.pending(),
    state: org.state.pending(),
    log: org.log.pending(),
    oldestLogSeq: org.log.oldestSeq(),
  })
  org.store.settle()
  org.state.settle()
  org.log.settle()
}

function buildClock({ settings, now }: OrgParts, state: KeyValues): Clock {
  if (settings.clockMode === 'wall') return createClock(0, now ?? Date.now)
  return createClock(Number(state.get('clock') ?? Date.parse(settings.clock)))
}

function buildSchema(settings: Settings, state: KeyValues): Schema {
  const source = loadSfdxSource(settings.schemaDirs)
  // A custom object keeps the prefix it was given first, whatever is added later.
  const prefixOf = (name: string): string => {
    const known = state.get(`prefix:${name}`)
    const prefix = known ?? `a${(state.next('counter:prefix') - 1).toString(36).padStart(2, '0')}`
    if (known === undefined) state.set(`prefix:${name}`, prefix)
    return prefix
  }
  return createSchema(extendSchema(STANDARD_OBJECTS, source, prefixOf), source.permissionSets)
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

function systemActor(org: Org): Dml {
  return {
    org,
    actor: { userId: ADMIN_ID, via: 'setup', client: null, access: createAccess(org, ADMIN_ID) },
  }
}
