import { decodeTouched, encodeTouched, TOUCHED_TOPIC, type Touched } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import type { Batch, Stream } from '@leadline/stream'
import type { Progress } from '../progress.ts'
import { FencedError } from './epoch-fence.ts'
import { toChunks } from '../chunks.ts'
import type { VersionClock } from './version-clock.ts'
import type { WrittenLeads } from './written-leads.ts'

export interface HandOverDependencies {
  readonly stream: Stream
  readonly versions: Pick<VersionClock, 'confirm'>
  readonly written: WrittenLeads
  readonly log: Log
  readonly progress: Progress
}

const MAX_TOUCHED = 1000

/**
 * The stage, for one that may be paused anywhere. What it writes after another has taken its workspace over follows from
 * facts that are out of date, and stands where its successor found nothing to write. So whoever finds, when all is
 * written, that there is a successor has it look at the same identifiers once more, and at the leads of which rows were
 * written: newer facts may have moved all that was theirs. The batch is done with that: to begin it again here would take
 * the workspace back.
 */
export const handOverWhenFenced =
  (
    { stream, versions, written, log, progress }: HandOverDependencies,
    stage: (batch: Batch) => Promise<void>,
  ): ((batch: Batch) => Promise<void>) =>
  async (batch) => {
    const values = batch.values.flatMap((value) => {
      const decoded = decodeTouched(value)
      return decoded.ok ? [{ workspace: decoded.value.workspace, value: toDoubted(decoded.value) }] : []
    })
    const workspaces = new Set(values.map(({ workspace }) => workspace))
    try {
      await stage(batch)
      for (const workspace of workspaces) {
        await versions.confirm(workspace)
        written.forget(workspace)
      }
    } catch (error) {
      if (!(error instanceof FencedError)) throw error
      progress.count('handedOver')
      log.warn('another resolver has taken over; it looks again at what was in hand here', {
        reason: error.message,
      })
      const leads = [...workspaces].flatMap((workspace) =>
        toChunks([...written.of(workspace)], MAX_TOUCHED).map((chunk) => ({
          workspace,
          value: encodeTouched({ v: 1, workspace, nodes: [], leads: chunk }),
        })),
      )
      await stream.append(
        TOUCHED_TOPIC,
        [...values, ...leads].map(({ workspace, value }) => ({ key: String(workspace), value })),
      )
      for (const workspace of workspaces) written.forget(workspace)
    }
  }

/** As if nothing were known of when their events are: whoever gets it asks for all, whatever he remembers. */
const toDoubted = (touched: Touched): string =>
  encodeTouched({ ...touched, nodes: touched.nodes.map(({ kind, id }) => ({ kind, id })) })
