import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { unzipSync, strFromU8 } from 'fflate'
import { FORCE_APP, openTestDoor, type TestDoor } from '../../test-support/open-test-door.ts'
import { DEFAULT_LINES } from '../plan/default-mapping.ts'
import { buildDeployZip } from './build-deploy-zip.ts'
import { checkOrg } from './check-org.ts'
import { provisionOrg } from './provision-org.ts'
import { readSourcePackage } from './source-package.ts'

const source = await readSourcePackage(FORCE_APP)

test('every field of ours that the mapping writes is in the package, and the integration may edit it', () => {
  const targets = DEFAULT_LINES.flatMap(({ to }) => to).filter((target) => target.includes('.Leadline_'))
  const packaged = new Set(source.fields.map(({ object, name }) => `${object}.${name}`))
  const editable = source.editable.get('Leadline_Integration')
  assert.ok(targets.length > 15)
  assert.deepEqual(
    targets.filter((target) => !packaged.has(target) || !editable?.has(target)),
    [],
  )
  assert.deepEqual(
    [...packaged].filter((field) => !editable?.has(field)),
    [],
  )
})

test('the zip has each component of the package once, and the same source gives the same bytes', () => {
  const { bytes, members } = buildDeployZip(source, '62.0')
  assert.deepEqual(buildDeployZip(source, '62.0').bytes, bytes)
  const files = unzipSync(bytes)
  const manifest = strFromU8(files['package.xml'] ?? new Uint8Array())
  for (const { object, name } of source.fields) {
    assert.ok(members.includes(`CustomField:${object}.${name}`))
    assert.ok(manifest.includes(`<members>${object}.${name}</members>`))
    assert.ok(
      strFromU8(files[`objects/${object}.object`] ?? new Uint8Array()).includes(
        `<fullName>${name}</fullName>`,
      ),
    )
  }
  assert.ok(files['lwc/leadlineTimeline/leadlineTimeline.js'])
  assert.ok(
    !Object.keys(files).some(
      (path) => path.includes('__tests__') || (path.endsWith('-meta.xml') && !path.startsWith('lwc/')),
    ),
  )
})

test('what tasks need is brought where they are wanted, with a permission set of their own', async (t) => {
  const withTasks = await readSourcePackage(FORCE_APP, join(FORCE_APP, '../optional/tasks'))
  const door = await openBareOrg(t)
  const report = await provision(door, { source: withTasks })
  assert.deepEqual(report.problems, [])
  assert.ok(report.before.some(({ component }) => component === 'Task.Leadline_Id__c'))
  assert.equal(report.isAssigned, true)
  assert.deepEqual(report.after, [])
  const lines = await checkOrg({ ...door, source: withTasks, apiVersion: '62.0' })
  assert.ok(lines.some(({ what, result }) => what === 'write Task' && result === 'good'))
  assert.deepEqual(
    lines.filter(({ result }) => result === 'bad'),
    [],
  )
})

interface How {
  readonly isDryRun?: boolean
  readonly isForced?: boolean
  readonly source?: typeof source
}

async function provision({ send, tokens }: TestDoor, more: How = {}) {
  const { userId = '' } = await tokens.current()
  return await provisionOrg({
    send,
    source,
    apiVersion: '62.0',
    userId,
    isDryRun: false,
    isForced: false,
    pollMs: 1,
    ...more,
  })
}

function openBareOrg(t: Parameters<typeof openTestDoor>[0]): Promise<TestDoor> {
  return openTestDoor(t, { org: { schemaDirs: [] } }).then((door) => {
    door.org.admin.permissions({ system: { CustomizeApplication: true, ModifyMetadata: true } })
    return door
  })
}

test('a dry run says what is missing and changes nothing', async (t) => {
  const door = await openBareOrg(t)
  const report = await provision(door, { isDryRun: true })
  assert.ok(report.before.some(({ component }) => component === 'Lead.Leadline_Id__c'))
  assert.deepEqual(report.problems, [])
  assert.equal(report.deployed?.ok, true)
  assert.deepEqual((await provision(door, { isDryRun: true })).before, report.before)
})

test('a bare org gets everything and lets us write; again there is nothing to do', async (t) => {
  const door = await openBareOrg(t)
  const report = await provision(door)
  assert.deepEqual(report.problems, [])
  assert.equal(report.isAssigned, true)
  assert.deepEqual(report.after, [])
  const deploys = door.count(/deployRequest$/)
  const again = await provision(door)
  assert.deepEqual([again.before, again.deployed], [[], undefined])
  assert.equal(door.count(/deployRequest$/), deploys)
  const lines = await checkOrg({ ...door, source, apiVersion: '62.0' })
  assert.deepEqual(
    lines.filter(({ result }) => result === 'bad'),
    [],
  )
})

test('a check names each field that is hidden, and what to do', async (t) => {
  const door = await openTestDoor(t)
  door.org.admin.permissions({ field: 'Lead.Leadline_Stage__c', read: false, edit: false })
  const lines = await checkOrg({ ...door, source, apiVersion: '62.0' })
  const [line, ...others] = lines.filter(({ result }) => result === 'bad')
  assert.equal(line?.what, 'Lead.Leadline_Stage__c')
  assert.match(line.advice, /salesforce provision/)
  assert.deepEqual(others, [])
})

test('an API version that the org does not have is said', async (t) => {
  const door = await openTestDoor(t)
  const lines = await checkOrg({ ...door, source, apiVersion: '99.0' })
  assert.match(lines.find(({ what }) => what === 'API version')?.detail ?? '', /99\.0/)
})
