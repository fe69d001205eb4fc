import type { Trait } from '../facts/extract-traits.ts'
import { TRUST, type NodeRef } from '../identity/fact-source.ts'
import { foldTraits, traitOrder, trustOf, type TraitPolicies } from '../profile/fold-traits.ts'
import { readTraits } from '../reads/read-profiles.ts'
import { findMembers } from '../reconcile/find-members.ts'
import type { Sources } from '../reconcile/sources.ts'

/** One thing that was said about a trait. */
export interface ToldValue {
  /** JSON; `null` deletes. */
  readonly value: string
  /** ISO 8601, time of the event. */
  readonly at: string
  readonly messageId: string
  /** Name of the key it came with. */
  readonly source: string
  readonly trust: 'public' | 'secret'
  readonly through: NodeRef & { readonly value: string }
}

export interface TraitExplanation {
  readonly key: string
  readonly policy: string
  /** What the profile says; undefined where it says nothing. */
  readonly winner: ToldValue | undefined
  /** The latest of each identifier and source, best first. */
  readonly told: readonly ToldValue[]
}

/** Why a lead has the values it has: everything that was said, and which rule picked one. `key` limits it to one trait. */
export async function explainTraits(
  sources: Sources,
  lead: NodeRef,
  key: string | undefined,
): Promise<readonly TraitExplanation[]> {
  const { warehouse, workspace, view } = sources
  const nothing = { leads: new Set<string>(), members: new Map(), spans: new Map() }
  const [members] = await findMembers(sources, [lead.id], nothing)
  const traits = await readTraits(warehouse, workspace.id, members?.traitNodes ?? [lead.id])
  const nodes = await view.complete(() => new Map(traits.map(({ node }) => [node, view.node(node)])))
  const toTold = (trait: Trait): ToldValue => ({
    value: trait.value,
    at: new Date(trait.timeMs).toISOString(),
    messageId: trait.messageId,
    source: trait.source,
    trust: trustOf(trait) >= TRUST.secret ? 'secret' : 'public',
    through: {
      kind: nodes.get(trait.node)?.kind ?? 'anon',
      id: trait.node,
      value: nodes.get(trait.node)?.value ?? '',
    },
  })
  const policies: TraitPolicies = workspace.settings.identity.traits
  const profile = foldTraits(traits, policies)
  return [...Map.groupBy(traits, (trait) => trait.key)]
    .filter(([name]) => key === undefined || name === key)
    .map(([name, list]) => {
      const origin = profile.origins.get(name)
      return {
        key: name,
        policy: policies[name] ?? 'newest',
        winner: origin && toTold(origin),
        told: list.toSorted(traitOrder(policies[name])).map(toTold),
      }
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}
