import { touchLeads } from '../companies/touch-companies.ts'
import type { StageDependencies } from '../start-stages.ts'
import type { Workspace } from '../workspaces.ts'
import type { Delivery } from './delivery-rows.ts'

/**
 * Those of these deliveries that are about somebody who was not erased. The others are swept: what was written of them
 * while they were erased as well, so this is asked before and after.
 */
export async function touchErased(
  { warehouse, stream, erasures }: Pick<StageDependencies, 'warehouse' | 'stream' | 'erasures'>,
  workspace: Workspace,
  deliveries: readonly Delivery[],
): Promise<readonly Delivery[]> {
  await erasures.refresh(warehouse)
  const { erased } = workspace
  const isErased = ({ node_id, lead_id }: Delivery): boolean =>
    erased.isErased(node_id) || erased.isErased(lead_id)
  const gone = deliveries.filter(isErased).flatMap(({ node_id, lead_id }) => [node_id, lead_id])
  if (gone.length === 0) return deliveries
  await touchLeads(
    stream,
    workspace.id,
    [...new Set(gone)].filter((id) => erased.isErased(id)).map((id) => ({ kind: 'anon', id })),
  )
  return deliveries.filter((delivery) => !isErased(delivery))
}
