import type { Touched, TouchedNode } from '@leadline/contract'
import { toDay } from '@leadline/warehouse'
import { toChunks } from '../chunks.ts'
import { toTouchedNodes } from '../facts/seen-nodes.ts'
import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import type { NormalEvent } from '../normalise/normalise-event.ts'

const MAX_TOUCHED = 1000

interface Span {
  from: string
  to: string
}

export interface TouchedGatherer {
  add(event: NormalEvent): void
  /** In messages of at most 1,000. */
  messages(): readonly Touched[]
}

/** Whom the reconciler must look at: identifiers, with the days under which their events are filed, and companies. */
export function gatherTouched(workspace: number): TouchedGatherer {
  const nodes = new Map<
    NodeId,
    { readonly kind: NodeRef['kind']; readonly id: NodeId; readonly days: Span }
  >()
  /** Those that groups describe. Of other events' groups the leads tell. */
  const companies = new Set<NodeId>()
  return {
    add: (event) => {
      const day = toDay(event.filedMs)
      for (const { kind, id } of toTouchedNodes(event)) {
        const known = nodes.get(id)
        if (known) widen(known.days, day)
        else nodes.set(id, { kind, id, days: { from: day, to: day } })
      }
      if (event.wire.type === 'group' && event.company !== undefined) companies.add(event.company)
    },
    messages: () => [
      ...toChunks<TouchedNode>([...nodes.values()], MAX_TOUCHED).map((some) => toTouched({ nodes: some })),
      ...toChunks([...companies], MAX_TOUCHED).map((some) => toTouched({ nodes: [], companies: some })),
    ],
  }
  function toTouched(what: Pick<Touched, 'nodes' | 'companies'>): Touched {
    return { v: 1, workspace, ...what }
  }
}

function widen(days: Span, day: string): void {
  if (day < days.from) days.from = day
  else if (day > days.to) days.to = day
}
