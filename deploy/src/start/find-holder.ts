import { z } from 'zod'
import { askControl } from '../control/ask-control.ts'
import { readControlAddress } from '../control/control-address.ts'
import type { Holder } from '../instance/lock.ts'

const helloSchema = z.object({ pid: z.number(), stopping: z.boolean() })
const HELLO_TIMEOUT_MS = 1000

/** Who holds a directory: healthy when it answers and does not say that it is stopping. */
export async function findHolder(control: string): Promise<Holder> {
  const answer = await askControl({ control, path: '/hello', timeoutMs: HELLO_TIMEOUT_MS })
  const hello = answer.kind === 'answer' ? helloSchema.safeParse(answer.body).data : undefined
  if (hello) return { pid: hello.pid, healthy: !hello.stopping }
  return { pid: (await readControlAddress(control))?.pid, healthy: false }
}
