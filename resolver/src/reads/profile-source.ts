import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { Membership } from '../companies/extract-groups.ts'
import type { Trait } from '../facts/extract-traits.ts'
import type { NodeId } from '../identity/fact-source.ts'
import { readAllMemberships, readMemberships } from './read-groups.ts'
import { readAllTraits, readTraits } from './read-profiles.ts'

/** What was said of identifiers, beside their events. */
export interface ProfileSource {
  traits(ids: readonly NodeId[]): Promise<readonly Trait[]>
  /** Groups that they were named with. */
  memberships(ids: readonly NodeId[]): Promise<readonly Membership[]>
}

export const askProfiles = (warehouse: Warehouse, workspace: number): ProfileSource => ({
  traits: (ids) => readTraits(warehouse, workspace, ids),
  memberships: (ids) => readMemberships(warehouse, workspace, ids),
})

/**
 * For who is about to ask for most of them: reads all at the first question, if there are not more rows than `maxRows`.
 * Hardly any visitor says who he is, so that most questions have no answer, and cost their ids.
 */
export function holdProfiles(warehouse: Warehouse, workspace: number, maxRows: number): ProfileSource {
  let opened: Promise<ProfileSource> | undefined
  const open = (): Promise<ProfileSource> => (opened ??= openProfiles(warehouse, workspace, maxRows))
  return {
    traits: async (ids) => await (await open()).traits(ids),
    memberships: async (ids) => await (await open()).memberships(ids),
  }
}

async function openProfiles(
  warehouse: Warehouse,
  workspace: number,
  maxRows: number,
): Promise<ProfileSource> {
  if ((await countRows(warehouse, workspace)) > maxRows) return askProfiles(warehouse, workspace)
  const [traits, memberships] = await Promise.all([
    readAllTraits(warehouse, workspace),
    readAllMemberships(warehouse, workspace),
  ])
  return { traits: createFinder(traits), memberships: createFinder(memberships) }
}

function createFinder<Row extends { readonly node: NodeId }>(rows: readonly Row[]) {
  const byNode = Map.groupBy(rows, ({ node }) => node)
  return (ids: readonly NodeId[]): Promise<readonly Row[]> =>
    Promise.resolve(byNode.size === 0 ? [] : [...new Set(ids)].flatMap((id) => byNode.get(id) ?? []))
}

/** Copies that are not merged yet among them. */
async function countRows(warehouse: Warehouse, workspace: number): Promise<number> {
  const [row] = await warehouse.query(
    `SELECT (SELECT count() FROM traits WHERE ws = {ws:UInt32})
      + (SELECT count() FROM group_members WHERE ws = {ws:UInt32}) AS n`,
    { row: z.object({ n: z.coerce.number() }), params: { ws: workspace } },
  )
  return row?.n ?? 0
}
