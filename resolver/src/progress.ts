/** What is counted, with the labels of each. An event that comes again counts again: its rows are one, its arrivals two. */
export const COUNTED = {
  stored: { name: 'events_stored_total', help: 'Events whose rows were written', labels: [] },
  erased: {
    name: 'events_erased_total',
    help: 'Events not stored, as whom they name was erased',
    labels: [],
  },
  dead: { name: 'dead_letters_total', help: 'Values put aside in dead.v1', labels: ['step', 'reason'] },
  unread: {
    name: 'messages_left_out_total',
    help: 'Messages of its own topics that could not be read, or of no workspace',
    labels: ['topic', 'reason'],
  },
  failed: {
    name: 'batches_failed_total',
    help: 'Batches that failed and are tried again',
    labels: ['stage'],
  },
  claims: { name: 'claims_total', help: 'Workspaces taken over from another process', labels: [] },
  handedOver: { name: 'hand_overs_total', help: 'Batches that another process looks at again', labels: [] },
  rounds: { name: 'rounds_total', help: 'Rounds of the reconciler', labels: [] },
  resolved: { name: 'events_resolved_total', help: 'Events that got their first lead', labels: [] },
  moved: { name: 'events_moved_total', help: 'Events that got another lead or session', labels: [] },
  leads: { name: 'lead_rows_total', help: 'Rows of leads written', labels: [] },
  messages: {
    name: 'action_messages_total',
    help: 'Messages of rules: done, due again after a failure, or parked for a person',
    labels: ['outcome'],
  },
  checked: {
    name: 'full_check_identifiers_total',
    help: 'Identifiers compared by the full comparison',
    labels: [],
  },
  differences: {
    name: 'full_check_differences_total',
    help: 'Rows that the full comparison found different',
    labels: ['table'],
  },
} as const satisfies Record<string, { name: string; help: string; labels: readonly string[] }>

export type Counted = keyof typeof COUNTED

/** Values of labels, and how often. */
interface Sum {
  readonly labels: readonly string[]
  count: number
}

const toKey = (labels: readonly string[]): string => labels.join('\n')

/** Of one thing: what comes after so many different labels is `other`. */
const MAX_LABELS = 100

/** Running totals of this process, and what it has in hand. */
export class Progress {
  readonly #sums = new Map<Counted, Map<string, Sum>>()
  #inHand = 0

  count(what: Counted, added = 1, labels: readonly string[] = []): void {
    const sums = this.#sums.get(what) ?? new Map<string, Sum>()
    this.#sums.set(what, sums)
    const shown = sums.size < MAX_LABELS || sums.has(toKey(labels)) ? labels : labels.map(() => 'other')
    const sum = sums.get(toKey(shown)) ?? { labels: shown, count: 0 }
    sum.count += added
    sums.set(toKey(shown), sum)
  }

  /** By values of the labels. */
  sumsOf(what: Counted): readonly Readonly<Sum>[] {
    return [...(this.#sums.get(what)?.values() ?? [])]
  }

  total(what: Counted): number {
    return this.sumsOf(what).reduce((total, { count }) => total + count, 0)
  }

  /** Runs a batch so that it counts as being in hand. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#inHand += 1
    try {
      return await work()
    } finally {
      this.#inHand -= 1
    }
  }

  totals(): Readonly<Record<'stored' | 'resolved' | 'dead', number>> {
    return { stored: this.total('stored'), resolved: this.total('resolved'), dead: this.total('dead') }
  }

  isIdle(): boolean {
    return this.#inHand === 0
  }
}
