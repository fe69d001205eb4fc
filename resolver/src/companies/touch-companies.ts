import { encodeTouched, TOUCHED_TOPIC } from '@leadline/contract'
import type { Stream } from '@leadline/stream'
import { toChunks } from '../chunks.ts'
import type { NodeId, NodeRef } from '../identity/fact-source.ts'

const MAX_TOUCHED = 1000

/** Has these companies looked at again, after whatever the reconciler has in hand. */
export const touchCompanies = (stream: Stream, workspace: number, ids: Iterable<NodeId>): Promise<void> =>
  append(
    stream,
    workspace,
    toChunks([...new Set(ids)], MAX_TOUCHED).map((companies) => ({ nodes: [], companies })),
  )

/** Has these leads built again, after whatever the reconciler has in hand. */
export const touchLeads = (stream: Stream, workspace: number, leads: readonly NodeRef[]): Promise<void> =>
  append(
    stream,
    workspace,
    toChunks(leads, MAX_TOUCHED).map((nodes) => ({ nodes })),
  )

const append = (
  stream: Stream,
  workspace: number,
  touched: readonly { readonly nodes: readonly NodeRef[]; readonly companies?: readonly NodeId[] }[],
): Promise<void> =>
  stream.append(
    TOUCHED_TOPIC,
    touched.map((what) => ({
      key: String(workspace),
      value: encodeTouched({ v: 1, workspace, ...what }),
    })),
  )
