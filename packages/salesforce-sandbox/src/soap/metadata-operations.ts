import type { Component } from '../metadata/component.ts'
import {
  createComponent,
  findComponent,
  METADATA_TYPES,
  putComponent,
  removeComponent,
  updateComponent,
  type EditResult,
} from '../metadata/edit-components.ts'
import { deployZip, showDeploy } from '../metadata/deploy-zip.ts'
import type { Org } from '../org.ts'
import { fault, give, type SoapCall, type SoapHandler, type SoapOutcome } from './soap-call.ts'
import { childrenOf, textOf, toList } from './soap-xml.ts'

const MAX_COMPONENTS = 10

/** The metadata API for the kinds of components that shape this org. */
export const METADATA_OPERATIONS: Readonly<Record<string, SoapHandler>> = {
  createMetadata: (call) => edit(call, createComponent),
  updateMetadata: (call) => edit(call, updateComponent),
  upsertMetadata: (call) =>
    edit(call, (org, component) =>
      findComponent(org, component.type, component.fullName)
        ? updateComponent(org, component)
        : putComponent(org, component),
    ),
  deleteMetadata: (call) => guarded(call, () => remove(call)),
  readMetadata: (call) => guarded(call, () => read(call)),
  listMetadata: (call) => guarded(call, () => list(call)),
  describeMetadata: (call) =>
    guarded(call, () =>
      give({
        metadataObjects: METADATA_TYPES.map((xmlName) => ({ xmlName, inFolder: 'false', metaFile: 'false' })),
        organizationNamespace: '',
        partialSaveAllowed: 'true',
        testRequired: 'false',
      }),
    ),
  deploy: (call) => guarded(call, () => deploy(call)),
  checkDeployStatus: (call) => guarded(call, () => checkDeploy(call)),
}

const NO_RIGHT = 'insufficient access rights on cross-reference id: Modify Metadata is needed'

function guarded({ dml }: SoapCall, run: () => SoapOutcome): SoapOutcome {
  const { access } = dml.actor
  const isAllowed = access.has('CustomizeApplication') && access.has('ModifyMetadata')
  return isAllowed ? run() : fault('INSUFFICIENT_ACCESS', NO_RIGHT)
}

function edit(call: SoapCall, change: (org: Org, component: Component) => EditResult): SoapOutcome {
  return guarded(call, () => {
    const given = toList(call.argument['metadata'])
    if (given.length > MAX_COMPONENTS) {
      return fault('LIMIT_EXCEEDED', `More than ${MAX_COMPONENTS} components in one call`)
    }
    return give(
      given.map((one) => {
        const component = toComponent(one)
        return renderResult(component.fullName, change(call.org, component))
      }),
    )
  })
}

function toComponent(given: unknown): Component {
  const { fullName, '@type': type, '@xsi:type': xsiType, ...rest } = childrenOf(given)
  const kind = (textOf(type) ?? textOf(xsiType) ?? '').replace(/^.*:/, '')
  const body = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('@')))
  return { type: kind, fullName: textOf(fullName) ?? '', body, origin: null, isRemoved: false }
}

function renderResult(fullName: string, error: EditResult): object {
  if (!error) return { fullName, success: 'true' }
  return { errors: { message: error.message, statusCode: error.statusCode }, fullName, success: 'false' }
}

function remove({ org, argument }: SoapCall): SoapOutcome {
  const type = textOf(argument['type']) ?? ''
  const names = toList(argument['fullNames']).flatMap((name) => textOf(name) ?? [])
  return give(names.map((fullName) => renderResult(fullName, removeComponent(org, { type, fullName }))))
}

function read({ org, argument }: SoapCall): SoapOutcome {
  const type = textOf(argument['type']) ?? ''
  const names = toList(argument['fullNames']).flatMap((name) => textOf(name) ?? [])
  const records = names.map((fullName) => {
    const found = findComponent(org, type, fullName)
    return found ? { '@xsi:type': type, fullName: found.fullName, ...found.body } : { '@xsi:nil': 'true' }
  })
  return give({ records })
}

function list({ org, argument }: SoapCall): SoapOutcome {
  const wanted = toList(argument['queries']).flatMap((query) => textOf(childrenOf(query)['type']) ?? [])
  const found = org.liveSchema.components().filter(({ type }) => wanted.includes(type))
  return give(found.map(({ type, fullName }) => ({ fullName, type, id: '', fileName: fullName })))
}

function deploy({ org, argument }: SoapCall): SoapOutcome {
  const zip = Buffer.from(textOf(argument['ZipFile']) ?? '', 'base64')
  const options = childrenOf(argument['DeployOptions'])
  const { id } = deployZip(org, zip, {
    checkOnly: textOf(options['checkOnly']) === 'true',
    rollbackOnError: textOf(options['rollbackOnError']) !== 'false',
  })
  return give({ done: 'false', id, state: 'Queued' })
}

function checkDeploy({ org, argument }: SoapCall): SoapOutcome {
  const result = showDeploy(org, textOf(argument['asyncProcessId']) ?? '')
  if (!result) return fault('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id')
  const { details, ...rest } = result
  const { componentFailures, componentSuccesses } = details
  return give({ ...rest, details: { componentFailures, componentSuccesses } })
}
