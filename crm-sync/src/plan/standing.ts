import { isActive } from './link.ts'
import type { CrmRecord, Link } from './operation.ts'
import type { Standing } from './subjects.ts'

/** What Salesforce answered when it was asked for a subject's record. */
export interface Found {
  /** By the link: where it leads now, after conversion or merge. Undefined without a link. */
  readonly linked: CrmRecord | 'deleted' | undefined
  readonly byExternalId: readonly CrmRecord[]
  /** By mail, or by domain. */
  readonly byNature: readonly CrmRecord[]
  /** Named by a duplicate rule of the org when the record was to be made. */
  readonly hinted?: readonly CrmRecord[]
}

export interface StandingInput {
  readonly link: Link | undefined
  readonly inherited: Link | undefined
  /** The id that a record of this subject has in our external id field when it is first made. */
  readonly firstExternalId: string
  /** Another one, for when a record of somebody else has the first. */
  readonly nextExternalId: string
  readonly found: Found
  /** Salesforce ids that active links of other subjects point to. */
  readonly held: ReadonlySet<string>
  /** Mail, or domain; empty when unknown. */
  readonly nature?: string
  /** The mail or domain decides before our external id does. */
  readonly isNatureFirst?: boolean
  /** Which one is meant when a Lead and a Contact match. */
  readonly prefer?: 'nothing' | 'contact' | 'lead'
}

/** Match before create: link, external id, mail or domain. Several matches are for a person, never a guess. */
export function decideStanding(input: StandingInput): Standing {
  const { link, inherited, found } = input
  if (link?.status === 'deleted') return { at: 'deleted' }
  if (isActive(link)) return followLink(link, found.linked)
  if (inherited) return takeOver(inherited, input)
  const keyed = distinct(found.byExternalId)
  const externalId = keyed.some((record) => input.held.has(record.id))
    ? input.nextExternalId
    : input.firstExternalId
  const byNature = matchByNature(input, externalId)
  if (input.isNatureFirst && byNature.at !== 'none') return byNature
  const free = keyed.filter((record) => !input.held.has(record.id))
  if (free.length > 1) return unclear('ambiguous_match', 'several records have our external id', free)
  const [only] = free
  return only ? { at: 'record', record: only, externalId: input.firstExternalId } : byNature
}

/** The field of a shared record belongs to the contact whose external id it carries. */
function followLink(link: Link, linked: Found['linked']): Standing {
  if (linked === undefined)
    return { at: 'unclear', code: 'not_read', message: 'the linked record was not read' }
  if (linked === 'deleted') return { at: 'deleted' }
  const isOurs = linked.externalId === '' || isSameId(linked.externalId, link.externalId)
  return { at: isOurs ? 'record' : 'shared', record: linked, externalId: link.externalId }
}

/** A changed mail takes its record along, unless another record already has the new mail. */
function takeOver(inherited: Link, { found }: StandingInput): Standing {
  if (inherited.status === 'deleted') return { at: 'deleted' }
  const standing = followLink(inherited, found.linked)
  if (standing.at !== 'record') return standing
  const others = distinct(found.byNature).filter((record) => record.id !== standing.record.id)
  return others.length === 0
    ? standing
    : unclear('ambiguous_match', 'the new mail is on another record', [standing.record, ...others])
}

function matchByNature(input: StandingInput, externalId: string): Standing {
  const { found, held } = input
  const matches = preferred(distinct(found.byNature), input.prefer)
  const [only] = matches
  if (only === undefined) return matchByHint(input, externalId)
  if (matches.length > 1) return unclear('ambiguous_match', 'several records match', matches)
  if (held.has(only.id)) return unclear('record_taken', 'the matching record stands for another one', matches)
  return { at: 'record', record: only, externalId: only.externalId || externalId }
}

/** Of a Lead and a Contact the preferred one; of two alike a person must choose. */
function preferred(matches: readonly CrmRecord[], prefer: StandingInput['prefer']): readonly CrmRecord[] {
  if (prefer === undefined || prefer === 'nothing') return matches
  const object = prefer === 'lead' ? 'Lead' : 'Contact'
  const those = matches.filter((record) => record.object === object)
  return those.length > 0 ? those : matches
}

/** What a duplicate rule names is ours only when it is one record, and nothing says that it is somebody else. */
function matchByHint({ found, held, nature = '' }: StandingInput, externalId: string): Standing {
  const matches = distinct(found.hinted ?? [])
  const [only] = matches
  if (only === undefined) return { at: 'none', externalId }
  if (matches.length > 1) return unclear('ambiguous_match', 'a duplicate rule names several records', matches)
  if (held.has(only.id)) return unclear('record_taken', 'the duplicate stands for another one', matches)
  if (!isCompatible(only, nature))
    return unclear(
      'duplicate_rule',
      'a duplicate rule names a record that is not known to be the same',
      matches,
    )
  return { at: 'record', record: only, externalId: only.externalId || externalId }
}

function isCompatible({ object, fields }: CrmRecord, nature: string): boolean {
  const stated = String((object === 'Account' ? fields['Website'] : fields['Email']) ?? '')
    .trim()
    .toLowerCase()
  if (stated === '') return true
  return object === 'Account' ? stated.includes(nature.toLowerCase()) : stated === nature.toLowerCase()
}

const unclear = (code: string, why: string, records: readonly CrmRecord[]): Standing => ({
  at: 'unclear',
  code,
  message: `${why}: ${records
    .map(({ object, id }) => `${object} ${id}`)
    .sort()
    .join(', ')}`,
  candidates: records.map(({ id }) => id).sort(),
})

const distinct = (records: readonly CrmRecord[]): CrmRecord[] => [
  ...new Map(records.map((record) => [record.id, record])).values(),
]

const isSameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
