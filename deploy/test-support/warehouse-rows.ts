import type { EventsRow, LeadsRow } from '@leadline/warehouse'
import { NIL_UUID } from '@leadline/warehouse'
import { eventRow, leadRow } from '@leadline/warehouse/test-warehouse'

/** Rows of known people, as the status reads them. */

export const knownLeadRow = (row: Partial<LeadsRow> & Pick<LeadsRow, 'lead_id'>): LeadsRow =>
  leadRow({ identified: 1, stage: 'qualified', ...row })

export const identifyRow = (row: Partial<EventsRow> & Pick<EventsRow, 'message_id'>): EventsRow =>
  eventRow({ type: 'identify', event: '', node_id: NIL_UUID, ...row })
