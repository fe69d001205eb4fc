import type { CrmSettings } from '@leadline/contract'
import type { ConnectionStore } from '../connection/connection-store.ts'
import { adviceFor } from '../salesforce/error-catalogue.ts'
import { SalesforceError } from '../salesforce/errors.ts'
import { openOrg } from '../salesforce/open-org.ts'

/** Why the sync writes nothing to an org that can be reached; null when it may write. One API call. */
export async function findSetupProblem(crm: CrmSettings, store: ConnectionStore): Promise<string | null> {
  try {
    await openOrg(crm, () => undefined, { store }).schemas()
    return null
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    const { code, detail } = error.failure
    return `${code}: ${detail}; ${adviceFor(error.failure)}`
  }
}
