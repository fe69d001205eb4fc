import { unzipSync } from 'fflate'
import { z } from 'zod'
import { toDateTimeText } from '../clock.ts'
import type { Org } from '../org.ts'
import { buildRecordId } from '../store/record-id.ts'
import type { Component } from './component.ts'
import { putComponents } from './change-schema.ts'
import { findComponent, mayHaveFields } from './edit-components.ts'
import { readZipComponents } from './zip-components.ts'

const failureSchema = z.object({
  componentType: z.string(),
  fullName: z.string(),
  problem: z.string(),
  problemType: z.literal('Error'),
  success: z.literal(false),
})
const successSchema = z.object({
  componentType: z.string(),
  fullName: z.string(),
  created: z.boolean(),
  changed: z.boolean(),
  success: z.literal(true),
})
const resultSchema = z.object({
  id: z.string(),
  checkOnly: z.boolean(),
  rollbackOnError: z.boolean(),
  done: z.boolean(),
  success: z.boolean(),
  status: z.enum(['Succeeded', 'Failed']),
  numberComponentErrors: z.number(),
  numberComponentsDeployed: z.number(),
  numberComponentsTotal: z.number(),
  completedDate: z.string(),
  details: z.object({
    componentFailures: z.array(failureSchema),
    componentSuccesses: z.array(successSchema),
  }),
})
export type DeployResult = z.infer<typeof resultSchema>

interface DeployOptions {
  /** Says what would happen and changes nothing. */
  readonly checkOnly: boolean
  readonly rollbackOnError: boolean
}

/** Deploys a zip of metadata, all of it or, when something in it is wrong, nothing. */
export function deployZip(org: Org, zip: Uint8Array, options: DeployOptions): DeployResult {
  const read = readFiles(org, zip)
  const failures = read.failures.length > 0 ? read.failures : tryDeploy(org, read.components, options)
  const isGood = failures.length === 0
  const result: DeployResult = {
    id: buildRecordId('0Af', org.state.next('counter:0Af')),
    ...options,
    done: true,
    success: isGood,
    status: isGood ? 'Succeeded' : 'Failed',
    numberComponentErrors: failures.length,
    numberComponentsDeployed: isGood ? read.components.length : 0,
    numberComponentsTotal: read.components.length + read.failures.length,
    completedDate: toDateTimeText(org.clock.nowMs()),
    details: { componentFailures: [...failures], componentSuccesses: isGood ? [...read.successes] : [] },
  }
  org.state.setJson(`deploy:${result.id}`, result)
  return result
}

export function showDeploy(org: Org, id: string): DeployResult | undefined {
  return org.state.getJson(`deploy:${id}`, resultSchema)
}

type Failure = z.infer<typeof failureSchema>

function toFailure(componentType: string, fullName: string, problem: string): Failure {
  return { componentType, fullName, problem, problemType: 'Error', success: false }
}

function readFiles(
  org: Org,
  zip: Uint8Array,
): {
  components: readonly Component[]
  failures: readonly Failure[]
  successes: readonly z.infer<typeof successSchema>[]
} {
  const components = tryRead(zip)
  if (typeof components === 'string') {
    return { components: [], successes: [], failures: [toFailure('', '', components)] }
  }
  if (!components) {
    return {
      components: [],
      successes: [],
      failures: [toFailure('', 'package.xml', 'The zip has no package.xml')],
    }
  }
  const successes = components.map(({ type, fullName }) => ({
    componentType: type,
    fullName,
    created: !findComponent(org, type, fullName),
    changed: true,
    success: true as const,
  }))
  return { components, successes, failures: findUnknownNames(org, components) }
}

/** What is wrong with a file, in words. */
function tryRead(zip: Uint8Array): readonly Component[] | undefined | string {
  try {
    return readZipComponents(unzip(zip))
  } catch (error) {
    if (error instanceof Error) return error.message
    throw error
  }
}

function unzip(zip: Uint8Array): Readonly<Record<string, Uint8Array>> {
  try {
    return unzipSync(zip)
  } catch (error) {
    if (error instanceof Error) return {}
    throw error
  }
}

/** Names that neither the org nor the package has. */
function findUnknownNames(org: Org, components: readonly Component[]): readonly Failure[] {
  const objects = new Set(
    components.filter(({ type }) => type === 'CustomObject').map(({ fullName }) => fullName),
  )
  return components
    .filter(({ type }) => type === 'CustomField')
    .filter(({ fullName }) => {
      const [object = ''] = fullName.split('.')
      return !objects.has(object) && !mayHaveFields(org, object)
    })
    .map(({ type, fullName }) => toFailure(type, fullName, `Entity Enumeration Or ID: bad value ${fullName}`))
}

/** Builds the schema with them; with `checkOnly` the org gets its own back. */
function tryDeploy(
  org: Org,
  components: readonly Component[],
  { checkOnly }: DeployOptions,
): readonly Failure[] {
  try {
    if (checkOnly) org.liveSchema.check(components)
    else putComponents(org, components)
    return []
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return [toFailure('', components[0]?.fullName ?? '', error.message)]
  }
}
