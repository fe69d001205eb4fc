import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { WorkspaceSettings } from '@leadline/contract'
import { parseSettings } from '@leadline/config'
import {
  companyRow,
  crmDeliveryRow,
  crmLinkRow,
  openTestWarehouse,
  uuid,
  type TestWarehouse,
} from '@leadline/warehouse/test-warehouse'
import { identifyRow, knownLeadRow } from '../../test-support/warehouse-rows.ts'
import { readPersonOutcome, type PersonOutcome } from './person-outcome.ts'

const SALESFORCE = `
    crm: { kind: salesforce, loginUrl: 'http://127.0.0.1:4402', clientId: id, clientSecret: secret`

function workspaceWith(crm: string): WorkspaceSettings {
  const [workspace] = parseSettings(
    `
workspaces:
  - identityKey: a key of some length
    writeKeys: [{ name: site, key: pub_12345678 }]${crm}
stream: { kind: embedded, directory: /nowhere }
warehouse: { kind: clickhouse, url: 'http://127.0.0.1:8123' }`,
    {},
  ).workspaces
  assert.ok(workspace)
  return workspace
}
const WITH_CRM = workspaceWith(`${SALESFORCE} }`)

let store: TestWarehouse
before(async () => {
  store = await openTestWarehouse()
  const { warehouse } = store
  await warehouse.insert('companies_raw', [
    companyRow({
      company_id: uuid(50),
      key: 'harborline.com',
      domain: 'harborline.com',
      name: 'Harborline',
    }),
  ])
  await warehouse.insert('leads_raw', [
    knownLeadRow({ lead_id: uuid(1), primary_email: 'ada@harborline.com', company_id: uuid(50) }),
    knownLeadRow({ lead_id: uuid(2), primary_email: 'bo@gmail.com' }),
    knownLeadRow({ lead_id: uuid(3), primary_email: 'cy@harborline.com', company_id: uuid(50) }),
    knownLeadRow({ lead_id: uuid(4), primary_email: 'di@harborline.com', company_id: uuid(50) }),
    knownLeadRow({ lead_id: uuid(5), primary_email: 'kiosk@harborline.com', quarantined: 1, stage: '' }),
  ])
  await warehouse.insert('crm_links_raw', [
    crmLinkRow({ id: uuid(1) }),
    crmLinkRow({ id: uuid(2), crm_id: '00Q000000000002AAA' }),
  ])
  await warehouse.insert('crm_deliveries_raw', [
    crmDeliveryRow({
      id: uuid(3),
      delivery_id: uuid(90),
      outcome: 'failed',
      code: 'INVALID_EMAIL_ADDRESS',
      message: 'Email: invalid',
    }),
  ])
  await warehouse.insert('events_raw', [
    identifyRow({ message_id: 'm1', traits: '{"email":"Test@Test.com"}' }),
    identifyRow({ message_id: 'm2', traits: '{"email":"eve@harborline.com"}', mail_node: uuid(77) }),
  ])
})
after(() => store.stop())

const NOTHING: PersonOutcome = { lead: null, company: null, crm: null, reason: null }

const cases: readonly { title: string; mail: string; workspace?: WorkspaceSettings; found: PersonOutcome }[] =
  [
    {
      title: 'a synced person has a lead, a company and a CRM record, whatever the case of the address',
      mail: ' Ada@Harborline.com ',
      found: {
        lead: uuid(1),
        company: 'Harborline',
        crm: { object: 'Lead', url: 'http://127.0.0.1:4402/00Q000000000001AAA', status: 'linked' },
        reason: null,
      },
    },
    {
      title: 'a private address has no company, and says why',
      mail: 'bo@gmail.com',
      found: {
        lead: uuid(2),
        company: null,
        crm: { object: 'Lead', url: 'http://127.0.0.1:4402/00Q000000000002AAA', status: 'linked' },
        reason: 'No company: the domain of the address belongs to a mail provider, or to nobody known.',
      },
    },
    {
      title: "what the CRM refused is told in the CRM's words",
      mail: 'cy@harborline.com',
      found: {
        ...NOTHING,
        lead: uuid(3),
        company: 'Harborline',
        reason: 'The CRM refused it: INVALID_EMAIL_ADDRESS: Email: invalid',
      },
    },
    {
      title: 'what is held back for a moment is in hand',
      mail: 'di@harborline.com',
      found: {
        ...NOTHING,
        lead: uuid(4),
        company: 'Harborline',
        reason: 'In hand: a lead is pushed when it was quiet for 1000 ms, at the latest after 3000 ms.',
      },
    },
    {
      title: 'a quarantined lead is held back',
      mail: 'kiosk@harborline.com',
      found: {
        ...NOTHING,
        lead: uuid(5),
        reason: 'The lead is held back: its identifiers are shared by too many people.',
      },
    },
    {
      title: 'without a CRM there is no record',
      mail: 'di@harborline.com',
      workspace: workspaceWith(''),
      found: {
        ...NOTHING,
        lead: uuid(4),
        company: 'Harborline',
        reason: 'No CRM is set for this workspace.',
      },
    },
    {
      title: 'where leads are created by hand there is no record',
      mail: 'di@harborline.com',
      workspace: workspaceWith(`${SALESFORCE}, create: manual }`),
      found: {
        ...NOTHING,
        lead: uuid(4),
        company: 'Harborline',
        reason: 'The setting crm.create is manual: leads are not created.',
      },
    },
    {
      title: 'a placeholder address is nobody',
      mail: 'test@test.com',
      found: {
        ...NOTHING,
        reason:
          'The address is not taken for a person: it is malformed, or on the list of placeholder addresses.',
      },
    },
    {
      title: 'a stored but unresolved one is being worked out',
      mail: 'eve@harborline.com',
      found: {
        ...NOTHING,
        reason:
          'The events are stored; who they belong to is being worked out, or the address is shared by too many people.',
      },
    },
    {
      title: 'an address that never came is not known, also when it tries to be SQL',
      mail: "x' OR 1=1 --@harborline.com",
      found: { ...NOTHING, reason: 'No event with this address is stored yet.' },
    },
  ]

for (const { title, mail, workspace = WITH_CRM, found } of cases) {
  test(title, async () => assert.deepEqual(await readPersonOutcome(store.warehouse, workspace, mail), found))
}
