import { z } from 'zod'
import { SalesforceError } from '../salesforce/errors.ts'
import type { Send } from '../salesforce/request.ts'
import { buildDeployZip } from './build-deploy-zip.ts'
import { deployMetadata } from './deploy-metadata.ts'
import { diffPackage, neededSets, type Difference } from './diff-package.ts'
import { inspectOrg, type OrgView } from './inspect-org.ts'
import type { SourcePackage } from './source-package.ts'

export interface ProvisionOptions {
  readonly send: Send
  readonly source: SourcePackage
  readonly apiVersion: string
  /** The connected user, who gets the permission set. */
  readonly userId: string
  /** Changes nothing: says what is missing, and lets Salesforce check the deployment. */
  readonly isDryRun: boolean
  /** Deploys also when nothing seems to be missing: components are not visible from outside. */
  readonly isForced: boolean
  readonly pollMs?: number
}

export interface ProvisionReport {
  readonly before: readonly Difference[]
  /** Undefined when nothing was deployed. */
  readonly deployed: { readonly ok: boolean; readonly created: readonly string[] } | undefined
  readonly isAssigned: boolean
  readonly problems: readonly string[]
  /** After the deployment; the same as before in a dry run. */
  readonly after: readonly Difference[]
}

/** Makes the org fit for the sync: deploys the package, assigns the permission set, and looks whether it worked. */
export async function provisionOrg(options: ProvisionOptions): Promise<ProvisionReport> {
  const { source, isDryRun, isForced } = options
  const view = await look(options)
  const before = diffPackage(source, view)
  const isNeeded = before.some(({ kind }) => kind !== 'unassigned')
  const outcome = isNeeded || isForced ? await deploy(options) : undefined
  const deployed = outcome && { ok: outcome.ok, created: outcome.created }
  const problems = outcome?.problems ?? []
  if (isDryRun || outcome?.ok === false)
    return { before, deployed, isAssigned: isAssigned(source, view), problems, after: before }
  const after = await assign(options, outcome ? await look(options) : view)
  return {
    before,
    deployed,
    isAssigned: isAssigned(source, after),
    problems,
    after: diffPackage(source, after),
  }
}

const isAssigned = (source: SourcePackage, view: OrgView): boolean =>
  neededSets(source).every((name) => view.permissionSets.get(name)?.isAssigned)

const look = ({ send, source, userId }: ProvisionOptions): Promise<OrgView> =>
  inspectOrg(send, {
    objects: [...new Set([...source.objects, ...source.fields.map(({ object }) => object)])],
    permissionSets: [...source.editable.keys()],
    userId,
  })

function deploy({ send, source, apiVersion, isDryRun, pollMs }: ProvisionOptions) {
  const { bytes } = buildDeployZip(source, apiVersion)
  return deployMetadata(send, bytes, { checkOnly: isDryRun, ...(pollMs === undefined ? {} : { pollMs }) })
}

/** New fields are invisible until the sets are assigned, so the org is looked at again. */
async function assign(options: ProvisionOptions, view: OrgView): Promise<OrgView> {
  const sets = neededSets(options.source).flatMap((name) => view.permissionSets.get(name) ?? [])
  const missing = sets.filter((set) => !set.isAssigned)
  if (missing.length === 0) return view
  for (const { id } of missing) await assignSet(options, id)
  return await look(options)
}

async function assignSet(options: ProvisionOptions, setId: string): Promise<void> {
  try {
    await options.send({
      method: 'POST',
      path: '/sobjects/PermissionSetAssignment',
      body: { AssigneeId: options.userId, PermissionSetId: setId },
      answer: z.object({ success: z.literal(true) }),
      lane: 'owner',
    })
  } catch (error) {
    if (!(error instanceof SalesforceError) || error.failure.code !== 'DUPLICATE_VALUE') throw error
  }
}
