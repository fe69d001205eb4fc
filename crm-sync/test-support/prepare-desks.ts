import { after, afterEach, before } from 'node:test'
import type { WarehouseConnection } from '@leadline/warehouse'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { openDesk, type Desk, type DeskOptions } from './desk.ts'

export interface Desks {
  open(options?: DeskOptions): Promise<Desk>
  /** To their warehouse, for a sync that is a process of its own. */
  connection(): WarehouseConnection
}

/** For a file of tests: one warehouse for all desks. Those that a test opened are closed when it ends. */
export function prepareDesks(): Desks {
  const opened: Desk[] = []
  let store: TestWarehouse | undefined
  const found = (): TestWarehouse => {
    if (store === undefined) throw new Error('desks are opened in tests, not before them')
    return store
  }
  before(async () => {
    store = await openTestWarehouse()
  })
  afterEach(async () => {
    for (const desk of opened.splice(0)) await desk.close()
  })
  after(() => store?.stop())
  return {
    async open(options) {
      const desk = await openDesk(found().warehouse, options)
      opened.push(desk)
      return desk
    },
    connection() {
      const { url, user, password, database } = found()
      return { url, user, password, database }
    },
  }
}
