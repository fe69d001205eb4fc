import { INTEGRATION_PROFILE } from '../access/access.ts'
import { createDraw } from '../bulk/shuffle.ts'
import type { Dml } from '../dml/dml-result.ts'
import { insertRecord } from '../dml/write-record.ts'
import {
  LEAD_SOURCES,
  LEAD_STATUSES,
  OPPORTUNITY_STAGES,
  TASK_STATUSES,
} from '../schema/standard/picklists.ts'
import type { FieldValues } from './stored-record.ts'

/** How much of everything a business of this size has. */
interface Sizes {
  readonly accounts: number
  readonly contacts: number
  readonly leads: number
  readonly opportunities: number
  readonly tasks: number
  readonly users: number
}

export const B2B_SIZES: Readonly<Record<'b2b-5k' | 'b2b-100k', Sizes>> = {
  'b2b-5k': { accounts: 1200, contacts: 5000, leads: 4000, opportunities: 600, tasks: 8000, users: 35 },
  'b2b-100k': {
    accounts: 12_000,
    contacts: 50_000,
    leads: 30_000,
    opportunities: 4000,
    tasks: 4000,
    users: 35,
  },
}

const INACTIVE_USERS = 4
const QUEUES = ['Enterprise Leads', 'Partner Leads']

interface Seeding {
  readonly dml: Dml
  readonly sizes: Sizes
  readonly draw: () => number
  readonly pick: <T>(items: readonly T[]) => T | undefined
}

/** A grown sales org with the dirt of one: odd websites, shared mails, converted leads. The same for the same seed. */
export function loadBusiness(dml: Dml, name: keyof typeof B2B_SIZES): void {
  const draw = createDraw(dml.org.settings.seed)
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(draw() * items.length)]
  const seeding: Seeding = { dml, sizes: B2B_SIZES[name], draw, pick }
  const owners = addUsers(seeding)
  addQueues(seeding)
  const accounts = addAccounts(seeding, owners)
  const contacts = addContacts(seeding, accounts, owners)
  addLeads(seeding, { accounts, contacts, owners })
  addOpportunities(seeding, { accounts, contacts, owners })
  addTasks(seeding, contacts)
}

interface Made {
  readonly id: string
  readonly values: FieldValues
}

function insert({ dml }: Seeding, objectName: string, values: FieldValues): Made {
  const object = dml.org.schema.object(objectName)
  if (!object) throw new Error(`the schema has no ${objectName}`)
  return insertRecord(dml, object, values).record
}

function times<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

/** Ids of the active ones. */
function addUsers(seeding: Seeding): readonly string[] {
  const users = times(seeding.sizes.users, (index) =>
    insert(seeding, 'User', {
      Username: `user${index}@corp.example`,
      FirstName: `User`,
      LastName: `No ${index}`,
      // Owners are mapped by mail, which people write as they like.
      Email: index % 5 === 0 ? `USER${index}@Corp.example` : `user${index}@corp.example`,
      Alias: `u${index}`,
      IsActive: index >= INACTIVE_USERS,
      // The last one is another integration's.
      ...(index === seeding.sizes.users - 1 ? { ProfileName: INTEGRATION_PROFILE } : {}),
    }),
  )
  return users.slice(INACTIVE_USERS).map(({ id }) => id)
}

function addQueues(seeding: Seeding): void {
  for (const Name of QUEUES) {
    const { id } = insert(seeding, 'Group', { Name, DeveloperName: Name.replace(' ', '_'), Type: 'Queue' })
    insert(seeding, 'QueueSobject', { QueueId: id, SobjectType: 'Lead' })
  }
}

const FREE_MAIL = ['gmail.com', 'outlook.com', 'web.de']

const WEBSITE_STYLES: readonly ((domain: string) => string | null)[] = [
  (domain) => `http://www.${domain}/`,
  (domain) => domain.toUpperCase(),
  (domain) => domain,
  (domain) => `https://${domain}/about`,
  () => null,
  () => 'not a website',
]

function addAccounts(seeding: Seeding, owners: readonly string[]): readonly Made[] {
  const accounts: Made[] = []
  for (let index = 0; index < seeding.sizes.accounts; index += 1) {
    const parent = seeding.draw() < WITH_PARENT ? seeding.pick(accounts) : undefined
    const account = toAccount(seeding, index, parent)
    accounts.push(insert(seeding, 'Account', { ...account, OwnerId: seeding.pick(owners) ?? null }))
  }
  return accounts
}

const WITH_PARENT = 0.05

/** A child often shows its parent's website; the first few use the domain of a mail provider. */
function toAccount({ pick }: Seeding, index: number, parent: Made | undefined): FieldValues {
  const domain = FREE_MAIL[index] ?? `company${index}.example`
  const Website = parent?.values['Website'] ?? pick(WEBSITE_STYLES)?.(domain) ?? null
  return { Name: `Company ${index}`, Website, ParentId: parent?.id ?? null }
}

function addContacts(
  seeding: Seeding,
  accounts: readonly Made[],
  owners: readonly string[],
): readonly Made[] {
  return times(seeding.sizes.contacts, (index) => {
    const account = Math.floor(seeding.draw() * accounts.length)
    return insert(seeding, 'Contact', {
      FirstName: `First${index % 97}`,
      LastName: `Last${index}`,
      Email: `person${index}@company${account}.example`,
      AccountId: accounts[account]?.id ?? null,
      Title: index % 3 === 0 ? 'Head of Sales' : null,
      OwnerId: seeding.pick(owners) ?? null,
    })
  })
}

interface Business {
  readonly accounts: readonly Made[]
  readonly contacts: readonly Made[]
  readonly owners: readonly string[]
}

const AS_CONTACT = 0.12
const AS_LEAD = 0.03
const CONVERTED = 0.06
const LEGACY = 0.01

/** 12 % share the mail of a contact, 3 % that of the lead before, 6 % are converted, 1 % carry a 15-character id. */
function addLeads(seeding: Seeding, { accounts, contacts, owners }: Business): void {
  let lastEmail: string | undefined
  const types = [...seeding.dml.org.store.all('RecordType')].map(({ id }) => id)
  for (let index = 0; index < seeding.sizes.leads; index += 1) {
    const contact = seeding.pick(contacts)
    const company = index % accounts.length
    const own = `lead${index}@company${company}.example`
    insert(seeding, 'Lead', {
      FirstName: `Lea${index % 89}`,
      LastName: `Der${index}`,
      Company: `Company ${company}`,
      Email: pickEmail(seeding.draw(), { own, lastEmail, contact }),
      LeadSource: seeding.pick(LEAD_SOURCES) ?? null,
      Description: seeding.draw() < LEGACY && contact ? contact.id.slice(0, 15) : null,
      OwnerId: seeding.pick(owners) ?? null,
      RecordTypeId: types[index % types.length] ?? null,
      ...(seeding.draw() < CONVERTED ? toConversion(contact) : toStatus(index)),
    })
    lastEmail = own
  }
}

function pickEmail(
  chance: number,
  mails: { readonly own: string; readonly lastEmail: string | undefined; readonly contact: Made | undefined },
): string {
  if (chance < AS_CONTACT && mails.contact) return String(mails.contact.values['Email'])
  return chance < AS_CONTACT + AS_LEAD ? (mails.lastEmail ?? mails.own) : mails.own
}

function toStatus(index: number): FieldValues {
  return { Status: index % 2 === 0 ? LEAD_STATUSES[0].value : LEAD_STATUSES[1].value }
}

function toConversion(contact: Made | undefined): FieldValues {
  return {
    IsConverted: true,
    Status: LEAD_STATUSES.find(({ converted }) => converted)?.value ?? null,
    ConvertedDate: '2026-10-01',
    ConvertedContactId: contact?.id ?? null,
    ConvertedAccountId: contact?.values['AccountId'] ?? null,
  }
}

function addOpportunities(seeding: Seeding, { contacts, owners }: Business): void {
  for (let index = 0; index < seeding.sizes.opportunities; index += 1) {
    const contact = seeding.pick(contacts)
    const { id } = insert(seeding, 'Opportunity', {
      Name: `Deal ${index}`,
      AccountId: contact?.values['AccountId'] ?? null,
      StageName: seeding.pick(OPPORTUNITY_STAGES)?.value ?? null,
      Amount: Math.floor(seeding.draw() * 100_000),
      CloseDate: '2026-12-31',
      OwnerId: seeding.pick(owners) ?? null,
    })
    insert(seeding, 'OpportunityContactRole', {
      OpportunityId: id,
      ContactId: contact?.id ?? null,
      IsPrimary: true,
    })
  }
}

function addTasks(seeding: Seeding, contacts: readonly Made[]): void {
  for (let index = 0; index < seeding.sizes.tasks; index += 1) {
    insert(seeding, 'Task', {
      Subject: 'Call',
      WhoId: seeding.pick(contacts)?.id ?? null,
      Status: seeding.pick(TASK_STATUSES) ?? null,
      ActivityDate: `2026-${String(1 + (index % 10)).padStart(2, '0')}-15`,
    })
  }
}
