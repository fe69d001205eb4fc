import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { FORCE_APP } from '../../test-support/start-test-org.ts'
import { extendSchema, loadSfdxSource } from './load-sfdx.ts'
import { STANDARD_OBJECTS } from './standard/standard-objects.ts'

test('the package carries the names that others rely on', () => {
  const source = loadSfdxSource([FORCE_APP])
  const objects = extendSchema(STANDARD_OBJECTS, source, () => 'a00')
  for (const name of ['Lead', 'Contact', 'Account', 'Leadline_Activity__c']) {
    const key = objects
      .find((object) => object.name === name)
      ?.fields.find((field) => field.name === 'Leadline_Id__c')
    assert.deepEqual(
      [key?.type, key?.length, key?.externalId, key?.unique, key?.caseSensitive],
      ['string', 36, true, true, false],
      name,
    )
  }
  const activity = source.fields.get('Leadline_Activity__c')?.map((field) => field.name)
  assert.deepEqual(activity, [
    'Leadline_Account__c',
    'Leadline_Contact__c',
    'Leadline_End__c',
    'Leadline_Events__c',
    'Leadline_Id__c',
    'Leadline_Lead__c',
    'Leadline_Pages__c',
    'Leadline_Start__c',
    'Leadline_Summary__c',
    'Leadline_Url__c',
  ])
})

test('both permission sets name every field of the package, and only one of them lets it be written', () => {
  const source = loadSfdxSource([FORCE_APP])
  const names = [...source.fields].flatMap(([object, fields]) =>
    fields.map((field) => `${object}.${field.name}`),
  )
  assert.deepEqual(source.permissionSets.map(({ name }) => name).sort(), [
    'Leadline_Integration',
    'Leadline_Viewer',
  ])
  for (const set of source.permissionSets) {
    assert.deepEqual([...set.fields.keys()].sort(), names.sort(), set.name)
    const mayEdit = set.name === 'Leadline_Integration'
    for (const [field, grant] of set.fields) assert.deepEqual(grant, { read: true, edit: mayEdit }, field)
  }
})

async function writeField(t: TestContext, body: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sfdx-'))
  t.after(async () => await rm(dir, { recursive: true, force: true }))
  const fields = join(dir, 'objects', 'Lead', 'fields')
  await mkdir(fields, { recursive: true })
  await writeFile(
    join(fields, 'X__c.field-meta.xml'),
    `<CustomField><fullName>X__c</fullName>${body}</CustomField>`,
  )
  return dir
}

test('a restricted picklist and its default are taken over', async (t) => {
  const dir = await writeField(
    t,
    `<label>X</label><type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition>
     <value><fullName>a</fullName><default>false</default></value>
     <value><fullName>b</fullName><default>true</default></value></valueSetDefinition></valueSet>`,
  )
  const [field] = loadSfdxSource([dir]).fields.get('Lead') ?? []
  assert.deepEqual([field?.restricted, field?.defaultValue, field?.picklist.length], [true, 'b', 2])
})

test('a file that cannot be used is named', async (t) => {
  const unknown = await writeField(t, '<label>X</label><type>Hologram</type>')
  assert.throws(() => loadSfdxSource([unknown]), /X__c: the sandbox org knows no field type Hologram/)
  const broken = await writeField(t, '<type>Text</type>')
  assert.throws(() => loadSfdxSource([broken]), /X__c\.field-meta\.xml is not a valid CustomField/)
})
