import type { TableRows, Warehouse } from '@leadline/warehouse'
import { isRead } from '../salesforce/request.ts'
import type { Send } from '../salesforce/send.ts'

/** Rejects when this process may not write. */
export type Fence = () => Promise<void>

/** The door to Salesforce, shut for writes of a process that another one has followed. */
export const fenceSend =
  (send: Send, fence: Fence): Send =>
  async (request) => {
    if (!isRead(request)) await fence()
    return await send(request)
  }

/** What was done is told also by one who was followed; it never replaces a row. */
const TOLD: ReadonlySet<keyof TableRows> = new Set(['crm_deliveries_raw'])

/** The warehouse, likewise: links and shadow of a former owner may be older than those of the present one. */
export const fenceWarehouse = (warehouse: Warehouse, fence: Fence): Warehouse => ({
  ...warehouse,
  async insert(table, rows) {
    if (rows.length > 0 && !TOLD.has(table)) await fence()
    await warehouse.insert(table, rows)
  },
  async command(sql, params) {
    await fence()
    await warehouse.command(sql, params)
  },
})
