import { readNodes } from '@leadline/resolver/src/reads/read-nodes.ts'
import { NIL_UUID } from '@leadline/warehouse'
import { z } from 'zod'
import type { OpenWorkspace } from './open-workspace.ts'

const companyRow = z.object({ company_id: z.string(), called: z.string() })

/** What people know ids of leads, identifiers and companies by: `mail:ann@acme.io`. An id that nobody knows is itself. */
export async function readNames(
  { warehouse, workspace }: Pick<OpenWorkspace, 'warehouse' | 'workspace'>,
  ids: Iterable<string>,
): Promise<(id: string) => string> {
  const asked = [...new Set(ids)]
  const [nodes, companies] = await Promise.all([
    readNodes(warehouse, workspace.id, asked),
    warehouse.query(
      `SELECT company_id, if(domain = '', name, domain) AS called FROM companies_raw FINAL
       WHERE ws = {ws:UInt32} AND company_id IN {ids:Array(UUID)} AND gone = 0`,
      { row: companyRow, params: { ws: workspace.id, ids: asked } },
    ),
  ])
  const names = new Map<string, string>([
    ...companies.map(({ company_id, called }) => [company_id, `company:${called}`] as const),
    ...nodes.map(({ id, kind, value }) => [id, `${kind}:${value}`] as const),
  ])
  names.set(NIL_UUID, 'nobody')
  return (id) => names.get(id) ?? id
}
