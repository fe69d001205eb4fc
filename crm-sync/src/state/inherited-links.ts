import { isActive } from '../plan/link.ts'
import type { LeadState } from '../plan/subjects.ts'
import type { Scope } from './load-round.ts'
import { loadLinks, type StoredLink } from './links.ts'
import { loadContactLeads } from './people.ts'

/**
 * A mail change gives a lead another contact. Where all leads of the former contact went away, its record goes
 * along, and so does its deletion: by contact id, the link to take over. Each link is taken over once.
 */
export async function loadInheritedLinks(
  { warehouse, ws }: Scope,
  leadsByContact: ReadonlyMap<string, readonly LeadState[]>,
  links: ReadonlyMap<string, StoredLink>,
): Promise<Map<string, StoredLink>> {
  const unlinked = [...leadsByContact].filter(([contactId]) => !hasRecord(links.get(contactId)))
  const owner = new Map(unlinked.flatMap(([id, leads]) => leads.map((lead) => [lead.leadId, id] as const)))
  const places = await loadContactLeads(warehouse, ws, { column: 'lead_id', ids: [...owner.keys()] })
  const former = places.filter((place) => place.gone && place.contactId !== owner.get(place.leadId))
  const formerIds = [...new Set(former.map((place) => place.contactId))]
  const [inhabitants, formerLinks] = await Promise.all([
    loadContactLeads(warehouse, ws, { column: 'contact_id', ids: formerIds }),
    loadLinks(warehouse, ws, { kind: 'contact', ids: formerIds }),
  ])
  const inhabited = new Set(inhabitants.filter((place) => !place.gone).map((place) => place.contactId))
  const inherited = new Map<string, StoredLink>()
  const taken = new Set<string>()
  const candidates = former
    .filter((place) => !inhabited.has(place.contactId))
    .map((place) => ({ heir: owner.get(place.leadId), link: formerLinks.get(place.contactId) }))
    .toSorted((a, b) => order(a.link) - order(b.link))
  for (const { heir, link } of candidates) {
    if (heir === undefined || !hasRecord(link) || taken.has(link.crmId) || inherited.has(heir)) continue
    inherited.set(heir, link)
    taken.add(link.crmId)
  }
  return inherited
}

const hasRecord = (link: StoredLink | undefined): link is StoredLink =>
  link?.status === 'deleted' || isActive(link)

/** Records that stand before deleted ones, and then the newest link first. */
const order = (link: StoredLink | undefined): number =>
  -Number(BigInt(link?.version ?? '0') >> 20n) - (isActive(link) ? Number.MAX_SAFE_INTEGER / 2 : 0)
