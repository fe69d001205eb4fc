import type { CrmRecord, Link, SubjectKind } from './operation.ts'

export const buildLink = (
  subject: { readonly kind: SubjectKind; readonly id: string },
  record: Pick<CrmRecord, 'object' | 'id'>,
  externalId: string,
): Link => ({
  ...subject,
  object: record.object,
  crmId: record.id,
  externalId,
  status: 'linked',
  gone: false,
})

export const isSameLink = (a: Link | undefined, b: Link): boolean =>
  a !== undefined &&
  a.id === b.id &&
  a.object === b.object &&
  a.externalId === b.externalId &&
  a.crmId === b.crmId &&
  a.status === b.status &&
  a.gone === b.gone

/** Whether the link still stands for a record that is kept in step. */
export const isActive = (link: Link | undefined): link is Link =>
  link !== undefined && !link.gone && (link.status === 'linked' || link.status === 'stale')
