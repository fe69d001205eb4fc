import { z } from 'zod'
import type { SubjectKind } from '../plan/operation.ts'
import { loadLinks } from './links.ts'
import { linkKey, type RoundState, type Scope } from './load-round.ts'
import { loadShadows } from './shadows.ts'

/** The state of a round with what is known of further rows, by ids that follow from where people stand. */
export async function withRows(
  { warehouse, ws }: Scope,
  state: RoundState,
  wanted: { readonly kind: SubjectKind; readonly ids: readonly string[] },
): Promise<RoundState> {
  const links = [...(await loadLinks(warehouse, ws, wanted)).values()]
  if (links.length === 0) return state
  const shadows = await loadShadows(warehouse, ws, links)
  return {
    ...state,
    links: new Map([...state.links, ...links.map((link) => [linkKey(link), link] as const)]),
    shadows: new Map([...state.shadows, ...shadows]),
  }
}

/** Whether anything of a kind was ever made. */
export async function hasRows({ warehouse, ws }: Scope, kind: SubjectKind): Promise<boolean> {
  const rows = await warehouse.query(
    'SELECT id FROM crm_links_raw WHERE ws = {ws:UInt32} AND kind = {kind:String} LIMIT 1',
    { row: z.object({ id: z.string() }), params: { ws, kind } },
  )
  return rows.length > 0
}
