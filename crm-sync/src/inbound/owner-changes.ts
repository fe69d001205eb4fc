import { isTimelineKind, type CrmRecord, type LinkStatus } from '../plan/operation.ts'
import type { StoredLink } from '../state/links.ts'

export interface Owner {
  readonly id: string
  readonly name: string
  /** A queue is always active. */
  readonly active: boolean
}

/** A record as a poll shows it. */
export interface PolledRecord {
  readonly object: 'Lead' | 'Contact' | 'Account'
  readonly id: string
  /** Our id on it. */
  readonly externalId: string
  readonly ownerId: string
  readonly isDeleted: boolean
  /** The record that won a merge with this one. */
  readonly masterId: string | undefined
  /** The Contact that a Lead was converted into. */
  readonly contactId: string | undefined
  readonly modstamp: string
}

export interface InboundChange {
  readonly stored: StoredLink
  readonly link: StoredLink
  readonly operation: 'owner' | 'convert' | 'merge' | 'delete' | 'undelete'
  readonly fields: Readonly<Record<string, { readonly old: string; readonly new: string }>>
}

/** What a polled record means for the links that point to it. Nothing, when it only shows our own write. */
export function planInbound(
  record: PolledRecord,
  links: readonly StoredLink[],
  owner: Owner | undefined,
): readonly InboundChange[] {
  return links
    .filter((stored) => stored.status !== 'moved')
    .flatMap((stored) => changeOf(record, stored, owner) ?? [])
}

function changeOf(
  record: PolledRecord,
  stored: StoredLink,
  owner: Owner | undefined,
): InboundChange | undefined {
  const moved = record.contactId ?? record.masterId
  if (moved !== undefined) return movedTo(record, stored, moved)
  if (record.isDeleted) return stored.status === 'deleted' ? undefined : deletion(stored)
  if (stored.status === 'deleted')
    return { stored, link: { ...stored, status: lookAgain(stored) }, operation: 'undelete', fields: {} }
  if (owner === undefined || isSameOwner(stored, owner)) return undefined
  return {
    stored,
    link: { ...stored, ownerId: owner.id, ownerName: owner.name, ownerActive: owner.active },
    operation: 'owner',
    fields: {
      OwnerId: { old: stored.ownerId, new: owner.id },
      'Owner.Name': { old: stored.ownerName, new: owner.name },
    },
  }
}

/** A person whose record lost a merge was led to the winner. Once the record is undeleted, it is the person's again. */
export function planReturn(record: PolledRecord, stored: StoredLink): InboundChange | undefined {
  const isGone = record.isDeleted || record.contactId !== undefined
  if (isGone || stored.gone || stored.crmId === record.id || stored.object !== record.object) return undefined
  if (stored.status === 'moved' || stored.status === 'deleted') return undefined
  const { id: crmId, externalId } = record
  return {
    stored,
    link: { ...stored, crmId, externalId, status: lookAgain(stored) },
    operation: 'undelete',
    fields: { Id: { old: stored.crmId, new: crmId } },
  }
}

/** Its fields are to be looked at, also by the next process if this one ends before. Rows go with their person. */
const lookAgain = ({ kind }: StoredLink): LinkStatus => (isTimelineKind(kind) ? 'linked' : 'stale')

const deletion = (stored: StoredLink): InboundChange => ({
  stored,
  link: { ...stored, status: 'deleted' },
  operation: 'delete',
  fields: {},
})

function movedTo(record: PolledRecord, stored: StoredLink, crmId: string): InboundChange | undefined {
  if (stored.crmId === crmId) return undefined
  const object: CrmRecord['object'] = record.contactId === undefined ? record.object : 'Contact'
  return {
    stored,
    link: { ...stored, object, crmId, status: lookAgain(stored) },
    operation: record.contactId === undefined ? 'merge' : 'convert',
    fields: { Id: { old: stored.crmId, new: crmId } },
  }
}

const isSameOwner = (stored: StoredLink, owner: Owner): boolean =>
  stored.ownerId === owner.id && stored.ownerName === owner.name && stored.ownerActive === owner.active
