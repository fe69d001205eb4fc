import { decodeTouched, TOUCHED_TOPIC } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import type { Batch, Stream } from '@leadline/stream'
import { FencedError } from './epoch-fence.ts'
import type { VersionClock } from './version-clock.ts'

export interface HandOverDependencies {
  readonly stream: Stream
  readonly versions: Pick<VersionClock, 'confirm'>
  readonly log: Log
}

/**
 * The stage, for one that may be paused anywhere. What it writes after another has taken its workspace over follows from
 * facts that are out of date, and stands where its successor found nothing to write. So whoever finds, when all is
 * written, that there is a successor has it look at the same identifiers once more. The batch is done with that: to begin
 * it again here would take the workspace back.
 */
export const handOverWhenFenced =
  (
    { stream, versions, log }: HandOverDependencies,
    stage: (batch: Batch) => Promise<void>,
  ): ((batch: Batch) => Promise<void>) =>
  async (batch) => {
    const values = batch.values.flatMap((value) => {
      const decoded = decodeTouched(value)
      return decoded.ok ? [{ workspace: decoded.value.workspace, value }] : []
    })
    try {
      await stage(batch)
      for (const workspace of new Set(values.map((one) => one.workspace))) await versions.confirm(workspace)
    } catch (error) {
      if (!(error instanceof FencedError)) throw error
      log.warn('another resolver has taken over; it looks again at what was in hand here', {
        reason: error.message,
      })
      await stream.append(
        TOUCHED_TOPIC,
        values.map(({ workspace, value }) => ({ key: String(workspace), value })),
      )
    }
  }
