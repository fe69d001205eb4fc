import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { Row } from '../plan/sources.ts'
import { parseColumns } from './json-columns.ts'

export interface StoredCompany {
  readonly companyId: string
  readonly name: string
  readonly domain: string
  readonly row: Row
}

const companyRow = z
  .looseObject({ company_id: z.string(), name: z.string(), domain: z.string() })
  .transform((row): StoredCompany => ({
    companyId: row.company_id,
    name: row.name,
    domain: row.domain.toLowerCase(),
    row: parseColumns(row),
  }))

export async function loadCompanyRows(
  warehouse: Warehouse,
  ws: number,
  companyIds: readonly string[],
): Promise<readonly StoredCompany[]> {
  if (companyIds.length === 0) return []
  return await warehouse.query(
    `SELECT * FROM companies_raw FINAL
     WHERE ws = {ws:UInt32} AND company_id IN {companyIds:Array(UUID)}`,
    { row: companyRow, params: { ws, companyIds } },
  )
}
