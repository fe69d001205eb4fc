import { z } from 'zod'
import { quoteSoql } from '../salesforce/soql.ts'
import { querySoql } from '../salesforce/query.ts'
import { SalesforceError } from '../salesforce/errors.ts'
import type { Send } from '../salesforce/request.ts'

export interface OrgField {
  readonly name: string
  readonly type: string
  readonly length: number
  readonly isExternalId: boolean
  readonly isUnique: boolean
  readonly isCreateable: boolean
  readonly isUpdateable: boolean
}

export interface OrgObject {
  readonly isCreateable: boolean
  readonly isUpdateable: boolean
  /** Those that the connected user sees. */
  readonly fields: ReadonlyMap<string, OrgField>
}

/** The org as the connected user sees it. */
export interface OrgView {
  /** Objects that are not there, or hidden, are absent. */
  readonly objects: ReadonlyMap<string, OrgObject>
  /** Permission sets of the package that exist, with whether the user has each. */
  readonly permissionSets: ReadonlyMap<string, { readonly id: string; readonly isAssigned: boolean }>
}

const described = z.object({
  createable: z.boolean().default(false),
  updateable: z.boolean().default(false),
  fields: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      length: z.number().default(0),
      externalId: z.boolean().default(false),
      unique: z.boolean().default(false),
      createable: z.boolean().default(false),
      updateable: z.boolean().default(false),
    }),
  ),
})

export async function inspectOrg(
  send: Send,
  wanted: {
    readonly objects: readonly string[]
    readonly permissionSets: readonly string[]
    readonly userId: string
  },
): Promise<OrgView> {
  const objects = new Map<string, OrgObject>()
  for (const name of wanted.objects) {
    const object = await describe(send, name)
    if (object) objects.set(name, object)
  }
  return { objects, permissionSets: await readPermissionSets(send, wanted) }
}

async function describe(send: Send, object: string): Promise<OrgObject | undefined> {
  try {
    const path = `/sobjects/${object}/describe`
    const { value } = await send({ method: 'GET', path, answer: described, lane: 'owner' })
    return {
      isCreateable: value.createable,
      isUpdateable: value.updateable,
      fields: new Map(
        value.fields.map((field) => [
          field.name,
          {
            name: field.name,
            type: field.type,
            length: field.length,
            isExternalId: field.externalId,
            isUnique: field.unique,
            isCreateable: field.createable,
            isUpdateable: field.updateable,
          },
        ]),
      ),
    }
  } catch (error) {
    if (error instanceof SalesforceError && error.failure.code === 'NOT_FOUND') return undefined
    throw error
  }
}

const setRow = z.object({ Id: z.string(), Name: z.string() })
const assignmentRow = z.object({ PermissionSetId: z.string() })

async function readPermissionSets(
  send: Send,
  { permissionSets, userId }: { readonly permissionSets: readonly string[]; readonly userId: string },
): Promise<OrgView['permissionSets']> {
  const names = permissionSets.map(quoteSoql).join(',')
  const sets = await querySoql(send, `SELECT Id, Name FROM PermissionSet WHERE Name IN (${names})`, {
    row: setRow,
    lane: 'owner',
  })
  const assigned = await querySoql(
    send,
    `SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = ${quoteSoql(userId)}`,
    { row: assignmentRow, lane: 'owner' },
  )
  const own = new Set(assigned.map(({ PermissionSetId }) => PermissionSetId))
  return new Map(sets.map(({ Id, Name }) => [Name, { id: Id, isAssigned: own.has(Id) }]))
}
