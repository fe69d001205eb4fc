import { z } from 'zod'
import type { TokenProvider } from '../connection/session.ts'
import { adviceFor } from '../salesforce/error-catalogue.ts'
import { SalesforceError } from '../salesforce/errors.ts'
import { querySoql } from '../salesforce/query.ts'
import type { Send } from '../salesforce/request.ts'
import { diffPackage } from './diff-package.ts'
import { inspectOrg, type OrgView } from './inspect-org.ts'
import type { SourcePackage } from './source-package.ts'

export interface CheckLine {
  readonly what: string
  /** `note` is worth knowing and stops nothing. */
  readonly result: 'good' | 'bad' | 'note'
  readonly detail: string
  /** What to do; empty when nothing is. */
  readonly advice: string
}

export interface CheckOptions {
  readonly send: Send
  readonly tokens: TokenProvider
  readonly source: SourcePackage
  readonly apiVersion: string
}

const PROVISION = 'run `leadline salesforce provision`'

/** Whether this org, as the connected user sees it, is fit for the sync. The first line that is bad may be the cause of the rest. */
export async function checkOrg(options: CheckOptions): Promise<readonly CheckLine[]> {
  const login = await attempt('login', async () => {
    const { instanceUrl, orgId = '' } = await options.tokens.current()
    return `${instanceUrl}, org ${orgId}`
  })
  if (login.result === 'bad') return [login]
  const version = await attempt('API version', () => readVersion(options))
  const session = await options.tokens.current()
  const lines = [login, version, await attempt('limits', () => readLimits(options.send))]
  try {
    const view = await inspectOrg(options.send, {
      objects: writtenObjects(options.source),
      permissionSets: [...options.source.editable.keys()],
      userId: session.userId ?? '',
    })
    return [
      ...lines,
      ...checkRights(view, writtenObjects(options.source)),
      ...checkPackage(options.source, view),
      await checkDuplicateRules(options),
    ]
  } catch (error) {
    return [...lines, toBad('describe', error)]
  }
}

async function attempt(what: string, read: () => Promise<string>): Promise<CheckLine> {
  try {
    return { what, result: 'good', detail: await read(), advice: '' }
  } catch (error) {
    return toBad(what, error)
  }
}

function toBad(what: string, error: unknown): CheckLine {
  if (!(error instanceof SalesforceError)) throw error
  const { code, detail } = error.failure
  return { what, result: 'bad', detail: `${code}: ${detail}`, advice: adviceFor(error.failure) }
}

const versions = z.array(z.object({ version: z.string() }))

async function readVersion({ send, apiVersion }: CheckOptions): Promise<string> {
  const { value } = await send({ method: 'GET', path: '/services/data/', answer: versions, lane: 'owner' })
  if (value.some(({ version }) => version === apiVersion))
    return `${apiVersion}, newest ${value.at(-1)?.version ?? apiVersion}`
  throw new SalesforceError({
    code: 'GONE',
    class: 'config',
    status: 200,
    detail: `the org does not have ${apiVersion}`,
    fields: [],
  })
}

const amount = z.object({ Max: z.number(), Remaining: z.number() })
const limits = z.object({ DailyApiRequests: amount, DataStorageMB: amount.optional() })

export async function readLimits(send: Send): Promise<string> {
  const { value } = await send({ method: 'GET', path: '/limits', answer: limits, lane: 'owner' })
  const { DailyApiRequests: calls, DataStorageMB: storage } = value
  const room = storage ? `, ${storage.Remaining} of ${storage.Max} MB storage left` : ''
  return `${calls.Max - calls.Remaining} of ${calls.Max} calls used${room}`
}

/** Every object that we write has a field of ours. */
const writtenObjects = ({ fields }: SourcePackage): readonly string[] => [
  ...new Set(fields.map(({ object }) => object)),
]

function checkRights(view: OrgView, objects: readonly string[]): CheckLine[] {
  return objects.map((name) => {
    const object = view.objects.get(name)
    const isGood = object?.isCreateable === true && object.isUpdateable
    return {
      what: `write ${name}`,
      result: isGood ? 'good' : 'bad',
      detail: object
        ? isGood
          ? 'create and edit'
          : 'create or edit is not allowed'
        : 'not there, or hidden',
      advice: isGood ? '' : PROVISION,
    }
  })
}

function checkPackage(source: SourcePackage, view: OrgView): CheckLine[] {
  const differences = diffPackage(source, view)
  if (differences.length === 0)
    return [
      { what: 'package', result: 'good', detail: `${source.fields.length} fields, all writable`, advice: '' },
    ]
  return differences.map(({ component, detail }) => ({
    what: component,
    result: 'bad',
    detail,
    advice: PROVISION,
  }))
}

const ruleRow = z.object({ MasterLabel: z.string().nullish(), SobjectType: z.string().nullish() })

async function checkDuplicateRules({ send }: CheckOptions): Promise<CheckLine> {
  const what = 'duplicate rules'
  try {
    const soql = 'SELECT MasterLabel, SobjectType FROM DuplicateRule WHERE IsActive = true'
    const rules = await querySoql(send, soql, { row: ruleRow, lane: 'owner' })
    if (rules.length === 0) return { what, result: 'good', detail: 'none is active', advice: '' }
    const names = rules.map(({ MasterLabel, SobjectType }) => `${MasterLabel ?? ''} (${SobjectType ?? ''})`)
    return {
      what,
      result: 'note',
      detail: names.join(', '),
      advice: 'records that they block are parked; exempt the connected user where that is not wanted',
    }
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    return { what, result: 'note', detail: 'not visible to the connected user', advice: '' }
  }
}
