import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { z } from 'zod'
import type { EmbeddedServerArgument } from '../src/embedded/config.ts'

const MAIN = join(import.meta.dirname, '..', 'src', 'embedded', 'main.ts')

export interface EmbeddedChild {
  readonly url: string
  readonly process: ChildProcess
  /** In order, as the supervisor does it. */
  stop(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
}

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), url: z.string() }),
  z.object({ type: z.literal('failed'), message: z.string() }),
  z.object({ type: z.literal('log'), line: z.string() }),
])

/** The embedded server as a process, ready. Rejects with the message of a start that failed. */
export async function startEmbeddedChild(argument: EmbeddedServerArgument): Promise<EmbeddedChild> {
  const child = fork(MAIN, [JSON.stringify(argument)], {
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const exited = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    child.on('message', (raw) => {
      const message = messageSchema.parse(raw)
      if (message.type === 'ready') resolve(message.url)
      if (message.type === 'failed') reject(new Error(message.message))
    })
    child.once('exit', (code, signal) =>
      reject(new Error(`the embedded server ended: ${signal ?? `code ${code}`}`)),
    )
  })
  return {
    url,
    process: child,
    stop: async () => {
      if (child.connected) child.send({ type: 'stop' })
      await exited
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
