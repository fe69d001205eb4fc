import { deriveId } from '../plan/derived-id.ts'

/**
 * The external id of a subject whose first one stands on a record that another subject took over. Always the same
 * for one subject, so that a repeated create finds what an earlier one made.
 */
export const nextExternalId = (id: string): string => deriveId('second', id)
