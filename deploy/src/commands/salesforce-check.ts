import {
  checkOrg,
  openConnection,
  openConnectionStore,
  readSourcePackage,
  type CheckLine,
} from '@leadline/crm-sync/operate'
import type { Command } from '../command.ts'
import { packageFolders, salesforceFlags, withCrm } from '../salesforce/read-crm.ts'

const MARKS: Readonly<Record<CheckLine['result'], string>> = { good: 'ok  ', bad: 'FAIL', note: 'note' }

export const salesforceCheck: Command = {
  name: 'salesforce check',
  summary: 'say whether the org is fit for the sync, and what to do where it is not',
  details:
    'Looks at login, API version, limits, rights on each object, each of our fields, the permission sets and duplicate rules. Changes nothing; about ten API calls.',
  flags: salesforceFlags,
  exitCodes: {
    0: 'fit',
    1: 'the check could not be made',
    2: 'not fit; each line that fails says what to do',
  },
  async run(flags, terminal) {
    return await withCrm(flags, async ({ crm, ws, warehouse }) => {
      const store = openConnectionStore(crm, { warehouse, ws, now: Date.now })
      const { send, tokens } = openConnection(crm, { store })
      const source = await readSourcePackage(...packageFolders(crm))
      const lines = await checkOrg({ send, tokens, source, apiVersion: crm.apiVersion })
      const ok = lines.every(({ result }) => result !== 'bad')
      if (flags.isSet('json')) terminal.line(JSON.stringify({ ok, lines }))
      else for (const line of lines) terminal.line(formatLine(line))
      return ok ? 0 : 2
    })
  },
}

const formatLine = ({ what, result, detail, advice }: CheckLine): string =>
  `${MARKS[result]}  ${what}: ${detail}${advice === '' ? '' : `\n        ${advice}`}`
