import { connect, openConnectionStore, readAuth } from '@leadline/crm-sync/operate'
import type { Command } from '../command.ts'
import { openBrowser } from '../salesforce/open-browser.ts'
import { salesforceFlags, withCrm } from '../salesforce/read-crm.ts'

export const salesforceConnect: Command = {
  name: 'salesforce connect',
  summary: 'connect a workspace to its Salesforce org, once',
  details: [
    'With auth.flow: web-server a browser opens where an administrator consents; the tokens are kept encrypted in',
    'ClickHouse, so every crm-sync of the workspace uses them. The other flows need no consent: the command tries them.',
    'The org is remembered: when the login leads to another one later, nothing is written until --new-org says that it may.',
  ].join('\n'),
  flags: {
    ...salesforceFlags,
    'no-browser': { type: 'boolean', help: 'Only print the address' },
    'new-org': { type: 'boolean', help: 'It may be another org than before' },
  },
  exitCodes: { 0: 'connected', 1: 'not connected; the reason is the last line' },
  async run(flags, terminal) {
    return await withCrm(flags, async ({ crm, ws, slug, warehouse }) => {
      const session = await connect({
        crm,
        store: openConnectionStore(crm, { warehouse, ws, now: Date.now }),
        acceptsNewOrg: flags.isSet('new-org'),
        now: Date.now,
        onAddress(address) {
          terminal.error(`Open this address and consent:\n  ${address}`)
          if (!flags.isSet('no-browser')) openBrowser(address, process.platform)
        },
      })
      const { orgId = '', userId = '', instanceUrl } = session
      const { flow } = readAuth(crm)
      terminal.line(
        flags.isSet('json')
          ? JSON.stringify({ connected: true, workspace: slug, flow, orgId, userId, instanceUrl })
          : `Connected ${slug} to org ${orgId} at ${instanceUrl} as user ${userId}.`,
      )
      return 0
    })
  },
}
