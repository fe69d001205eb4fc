import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toPorts } from '../instance/ports.ts'
import { fillDocument, type Document } from './fill-document.ts'
import { readDefaultDocument } from './read-documents.ts'
import { buildRunDocument, choosePorts, resolvePorts } from './run-document.ts'

const DEFAULTS: Document = {
  workspaces: [
    {
      slug: 'default',
      identityKey: '${KEY}',
      crm: { kind: 'salesforce', loginUrl: 'http://sandbox', clientId: 'us' },
    },
  ],
  collector: { host: '127.0.0.1', port: 4400 },
  stream: { kind: 'embedded', directory: '${DATA}/stream' },
  warehouse: { kind: 'embedded', url: 'http://127.0.0.1:4403', password: '${PASSWORD}' },
}

describe('filling a file', () => {
  test('that says nothing gives the default file', () =>
    assert.deepEqual(fillDocument({}, DEFAULTS), DEFAULTS))

  test('keeps what it says and adds the rest, key by key', () => {
    assert.deepEqual(fillDocument({ collector: { port: 80, address: 'drop' } }, DEFAULTS)['collector'], {
      host: '127.0.0.1',
      port: 80,
      address: 'drop',
    })
  })

  test('takes a section of another kind as it is', () => {
    const stream = { kind: 'kafka', brokers: ['b:9092'] }
    assert.deepEqual(fillDocument({ stream }, DEFAULTS)['stream'], stream)
  })

  test('fills a section of the same kind, or of none', () => {
    assert.deepEqual(fillDocument({ stream: { maxBytes: 5 } }, DEFAULTS)['stream'], {
      kind: 'embedded',
      directory: '${DATA}/stream',
      maxBytes: 5,
    })
  })

  test('an empty section says nothing', () => {
    assert.deepEqual(fillDocument({ collector: null }, DEFAULTS)['collector'], DEFAULTS['collector'])
  })

  test('fills the first workspace, and no other', () => {
    const workspaces = [{ slug: 'shop' }, { slug: 'second' }]
    assert.deepEqual(fillDocument({ workspaces }, DEFAULTS)['workspaces'], [
      {
        slug: 'shop',
        identityKey: '${KEY}',
        crm: { kind: 'salesforce', loginUrl: 'http://sandbox', clientId: 'us' },
      },
      { slug: 'second' },
    ])
  })

  test('never mixes the account of another org with ours', () => {
    const crm = { kind: 'salesforce', loginUrl: 'https://acme.my.salesforce.com' }
    assert.deepEqual(fillDocument({ workspaces: [{ crm }] }, DEFAULTS)['workspaces'], [
      { slug: 'default', identityKey: '${KEY}', crm },
    ])
  })

  test('an unknown key stays, so that the check can name it', () => {
    assert.deepEqual(fillDocument({ colector: {} }, DEFAULTS)['colector'], {})
  })
})

describe('ports', () => {
  test('are 4400 and the next four', async () => {
    assert.deepEqual(await choosePorts({ port: undefined, own: {} }), toPorts(4400))
  })

  test('follow the flag before the file', async () => {
    assert.deepEqual(
      await choosePorts({ port: 5000, own: { collector: { port: 6000 }, console: { port: 7 } } }),
      toPorts(5000),
    )
  })

  test('follow the file when there is no flag', async () => {
    assert.deepEqual(
      await choosePorts({ port: undefined, own: { collector: { port: 6000 }, console: { port: 7000 } } }),
      {
        ...toPorts(6000),
        console: 7000,
      },
    )
  })

  test('follow the environment when the file says so', async () => {
    const own = resolvePorts(
      { collector: { port: '${PORT}', address: 'drop' }, console: { port: '${CONSOLE}' } },
      { PORT: '6000', CONSOLE: 'high' },
    )
    assert.deepEqual(own, {
      collector: { port: 6000, address: 'drop' },
      console: { port: '${CONSOLE}' },
    })
    assert.deepEqual(await choosePorts({ port: undefined, own }), toPorts(6000))
    assert.deepEqual(await choosePorts({ port: 5000, own }), toPorts(5000))
  })

  test('0 picks free ones', async () => {
    const { collector, demo } = await choosePorts({ port: 0, own: {} })
    assert.ok(collector > 1024 && demo > 1024 && demo !== collector)
  })
})

describe('the document of a run', () => {
  const build = async (own: Document, host?: string) =>
    buildRunDocument({
      own,
      defaults: await readDefaultDocument(),
      ports: toPorts(5000),
      host,
      tagFile: '/run/tag.js',
    })

  test('has the addresses of the run', async () => {
    const document = JSON.stringify(await build({}))
    for (const part of [
      '"loginUrl":"http://127.0.0.1:5002"',
      '"url":"http://127.0.0.1:5003"',
      '"tagFile":"/run/tag.js"',
    ])
      assert.ok(document.includes(part), part)
  })

  test('holds references, never secrets', async () => {
    const document = JSON.stringify(await build({}))
    assert.ok(document.includes('${LEADLINE_IDENTITY_KEY}'))
    assert.ok(document.includes('${LEADLINE_CLICKHOUSE_PASSWORD}'))
  })

  test('keeps the addresses of an own warehouse and org', async () => {
    const warehouse = { kind: 'clickhouse', url: 'http://clickhouse:8123' }
    const crm = { kind: 'salesforce', loginUrl: 'https://acme.my.salesforce.com' }
    const document = await build({ warehouse, workspaces: [{ crm }] })
    assert.deepEqual(document['warehouse'], warehouse)
    assert.ok(!JSON.stringify(document).includes(':5002'))
  })

  test('leaves what is no section and no port as it is, so that the check can name it', async () => {
    const defaults = await readDefaultDocument()
    const placed = (own: Document) =>
      buildRunDocument({ own, defaults, ports: toPorts(4400), host: '::1', tagFile: 'tag.js' })
    assert.deepEqual(placed({ collector: [] })['collector'], [])
    assert.equal(placed({ console: 4401 })['console'], 4401)
    for (const port of [70_000, -1, 1.5, 'eighty'])
      assert.deepEqual(placed({ console: { port } })['console'], { port })
  })

  test('lets the flag decide where the collector listens', async () => {
    const document = await build({ collector: { host: '127.0.0.1', port: 80, address: 'drop' } }, '0.0.0.0')
    assert.deepEqual(document['collector'], {
      tagFile: '/run/tag.js',
      host: '0.0.0.0',
      port: 5000,
      address: 'drop',
    })
  })
})

test('with Kafka the collector has its spool beside the other data, unless the file says where', () => {
  const build = (stream: Document): unknown => {
    const parts = { defaults: DEFAULTS, ports: toPorts(4400), host: undefined, tagFile: 'tag.js' }
    return buildRunDocument({ ...parts, own: { stream } })['stream']
  }
  const kafka = { kind: 'kafka', brokers: ['b:9092'] }
  assert.deepEqual(build(kafka), { ...kafka, spool: { directory: '${LEADLINE_DATA}/spool' } })
  const own = { ...kafka, spool: { directory: '/disk', maxBytes: 5 } }
  assert.deepEqual(build(own), own)
  assert.deepEqual(build({ maxBytes: 5 }), { ...Object(DEFAULTS['stream']), maxBytes: 5 })
})
