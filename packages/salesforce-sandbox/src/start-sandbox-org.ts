import { createAdmin, type Admin } from './admin/create-admin.ts'
import { listen } from './http/http-server.ts'
import { settingsSchema, type SandboxOptions } from './options.ts'
import { OrgServer } from './org-server.ts'
import { createMemoryJournal, openJournal } from './store/journal.ts'
import type { RecordStore } from './store/record-store.ts'

export interface SandboxOrg {
  /** http://127.0.0.1:port, without a trailing slash. */
  readonly url: string
  readonly admin: Admin
  /** The records as they are now; another object after `admin.reset`. */
  readonly store: RecordStore
  stop(): Promise<void>
}

/**
 * Starts one simulated Salesforce org on a loopback port.
 * Throws when the options, the schema source, the port or the dataDir cannot be used.
 */
export async function startSandboxOrg(options: SandboxOptions = {}): Promise<SandboxOrg> {
  const { now, onError = (error) => process.emitWarning(toError(error)), ...data } = options
  const settings = settingsSchema.parse(data)
  const journal = settings.dataDir === undefined ? createMemoryJournal() : openJournal(settings.dataDir)
  let url = ''
  try {
    const server = new OrgServer({ settings, journal, now, url: () => url }, onError)
    const listener = await listen({
      port: settings.port,
      answer: async (request) => await server.answer(request),
      onError,
    })
    url = `http://127.0.0.1:${listener.port}`
    return {
      url,
      admin: createAdmin(server),
      get store() {
        return server.org.store
      },
      stop: async () => {
        await listener.close()
        journal.close()
      },
    }
  } catch (error) {
    journal.close()
    throw error
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
