import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { buildSettingsJsonSchema } from './index.ts'
import { findSchemaNode } from './settings-schema.ts'

test('the JSON Schema tells an editor keys, meanings and that others are wrong', () => {
  const schema = buildSettingsJsonSchema()
  assert.equal(schema['title'], 'leadline.yaml')
  assert.equal(schema['additionalProperties'], false)
  assert.deepEqual(schema['required'], ['workspaces', 'stream', 'warehouse'])
  assert.match(findSchemaNode({}, ['collector', 'trustedProxies'])?.description ?? '', /Proxies in front/)
})

test('it lets a reference stand where a number, true or false is wanted', () => {
  const port = z
    .object({ properties: z.object({ console: z.object({ properties: z.object({ port: z.unknown() }) }) }) })
    .parse(buildSettingsJsonSchema()).properties.console.properties.port
  assert.deepEqual(port, {
    default: 4401,
    anyOf: [
      { type: 'integer', minimum: 0, maximum: 65535 },
      { type: 'string', pattern: '^\\$\\{[A-Za-z_]\\w*\\}$' },
    ],
  })
})

test('where kinds differ, the one that the document names is found', () => {
  const kafka = findSchemaNode({ stream: { kind: 'kafka' } }, ['stream'])
  assert.ok(Object.keys(kafka?.properties ?? {}).includes('brokers'))
  const embedded = findSchemaNode({ stream: { kind: 'embedded' } }, ['stream'])
  assert.ok(!Object.keys(embedded?.properties ?? {}).includes('brokers'))
})
