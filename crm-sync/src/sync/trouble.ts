import type { Log } from '@leadline/runtime'
import { adviceFor } from '../salesforce/error-catalogue.ts'
import { SalesforceError } from '../salesforce/errors.ts'

/** Says once that nothing goes out, and once that it does again. */
export interface Trouble {
  readonly code: string | undefined
  note(error: unknown): void
  clear(): void
}

const ADVICE: Readonly<Record<string, string>> = {
  auth: 'the connection to Salesforce is refused; check the app, its user and the secret, work is kept and tried again',
  config: 'the org is not set up; install the Leadline package and assign its permission set, work is kept',
  budget: 'the org has no API calls left; work is kept until there are some',
  retry: 'Salesforce or the warehouse does not answer; work is kept and tried again',
  unknown: 'an answer of Salesforce was lost; what became of it is read before anything is sent again',
}

export function createTrouble(log: Log): Trouble {
  let code: string | undefined
  return {
    get code() {
      return code
    },
    note(error) {
      const failure = error instanceof SalesforceError ? error.failure : undefined
      const latest = failure?.code ?? 'unreachable'
      if (latest === code) return
      code = latest
      log.error(
        ADVICE[failure?.class ?? 'retry'] ?? 'Salesforce refused a request; its items are parked',
        error,
        {
          fields: failure?.fields.join(', '),
          todo: failure && adviceFor(failure),
        },
      )
    },
    clear() {
      if (code === undefined) return
      log.info('Salesforce takes writes again', { after: code })
      code = undefined
    },
  }
}
