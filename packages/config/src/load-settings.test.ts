import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ConfigError, loadSettings, parseSettings, type Environment } from './index.ts'

const WHOLE = `
# A comment may say anything, even \${NOT_SET}.
workspaces:
  - identityKey: \${IDENTITY_KEY}   # and here
    writeKeys:
      - { name: site, key: write-key-1 }
stream: { kind: embedded, directory: /data/stream }
warehouse: { kind: clickhouse, url: 'http://clickhouse:8123' }
`
const ENVIRONMENT: Environment = { IDENTITY_KEY: 'a secret of some length' }

function problemsOf(text: string, environment: Environment = ENVIRONMENT): readonly string[] {
  try {
    parseSettings(text, environment)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.problems
  }
  return assert.fail('the settings were accepted')
}

const withLine = (line: string): string => `${WHOLE}${line}\n`
const without = (line: RegExp): string => WHOLE.replace(line, '')

describe('a good file', () => {
  test('gets its defaults, and its references from the environment', () => {
    const settings = parseSettings(WHOLE, ENVIRONMENT)
    assert.equal(settings.workspaces[0]?.identityKey, 'a secret of some length')
    assert.equal(settings.workspaces[0].sessionTimeoutMinutes, 30)
    assert.equal(settings.collector.port, 4400)
    assert.deepEqual(settings.workspaces[0].writeKeys[0]?.origins, ['*'])
  })

  test('may build a value from several references', () => {
    const settings = parseSettings(WHOLE.replace('/data/stream', '"${HOME_DIR}/${NAME}/stream"'), {
      ...ENVIRONMENT,
      HOME_DIR: '/var',
      NAME: 'leadline',
    })
    assert.deepEqual(settings.stream, {
      kind: 'embedded',
      directory: '/var/leadline/stream',
      maxBytes: 20 * 1024 ** 3,
    })
  })

  test('is found by LEADLINE_CONFIG', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'leadline-config-'))
    t.after(() => rm(directory, { recursive: true }))
    const file = join(directory, 'leadline.yaml')
    await writeFile(file, WHOLE)
    assert.equal(
      (await loadSettings({ ...ENVIRONMENT, LEADLINE_CONFIG: file })).workspaces[0]?.slug,
      'default',
    )
  })
})

describe('a file that cannot be read', () => {
  test('is named', async () => {
    await assert.rejects(loadSettings({ LEADLINE_CONFIG: '/nowhere/leadline.yaml' }), {
      message: '/nowhere/leadline.yaml cannot be read; LEADLINE_CONFIG or --config must name a leadline.yaml',
    })
  })

  test('must be named', async () => {
    await assert.rejects(loadSettings({}), {
      message: 'LEADLINE_CONFIG is not set; it must name a leadline.yaml',
    })
  })

  test('that is no YAML is refused with line and column, without quoting it', () => {
    const [line] = problemsOf('workspaces:\n  - identityKey: "secret-and-not-closed\n')
    assert.match(line ?? '', /^line 3, column 1: not valid YAML: /)
    assert.doesNotMatch(line ?? '', /secret-and/)
  })

  test('because of a reference without quotes says so', () => {
    assert.match(
      problemsOf(WHOLE.replace('/data/stream', '${DATA}/stream'))[0] ?? '',
      /a reference needs quotes/,
    )
  })

  test('with a key twice is refused', () => {
    assert.match(
      problemsOf(withLine('stream: { kind: kafka }'))[0] ?? '',
      /not valid YAML: Map keys must be unique/,
    )
  })
})

describe('unknown keys', () => {
  const cases = [
    { line: 'colector: {}', says: 'colector: unknown key; did you mean collector?' },
    { line: 'collector: { prot: 80 }', says: 'collector.prot: unknown key; did you mean port?' },
    {
      line: 'console: { colour: blue }',
      says: 'console.colour: unknown key; known here: port',
    },
  ]
  for (const { line, says } of cases) {
    test(`${line} names the nearest known one`, () => assert.deepEqual(problemsOf(withLine(line)), [says]))
  }

  test('inside a list and inside a kind are found at their place', () => {
    assert.deepEqual(problemsOf(WHOLE.replace('key: write-key-1', 'key: write-key-1, origin: []')), [
      'workspaces[0].writeKeys[0].origin: unknown key; did you mean origins?',
    ])
    assert.deepEqual(problemsOf(WHOLE.replace('directory: /data/stream', 'directory: /data, maxByte: 1')), [
      'stream.maxByte: unknown key; did you mean maxBytes?',
    ])
  })
})

describe('wrong values', () => {
  const cases = [
    {
      line: 'collector: { port: eighty }',
      says: 'collector.port: needs a whole number from 0 to 65535; got a string of 6 characters',
    },
    {
      line: 'collector: { port: 70000 }',
      says: 'collector.port: needs a whole number from 0 to 65535; got a number',
    },
    {
      line: 'collector: { address: maybe }',
      says: 'collector.address: needs one of keep, truncate, drop; got a string of 5 characters (What is kept of the client address)',
    },
    {
      line: 'collector: { publicUrl: leads.example }',
      says: 'collector.publicUrl: needs an http or https address; got a string of 13 characters (What pages are told, when it differs from host and port)',
    },
    { line: 'console: 4401', says: 'console: needs a map; got a number' },
  ]
  for (const { line, says } of cases) {
    test(`${line} is named with its shape and what is allowed`, () =>
      assert.deepEqual(problemsOf(withLine(line)), [says]))
  }

  test('inside a workspace: keys, origins, and maps with free keys', () => {
    const inWorkspace = (text: string) => problemsOf(WHOLE.replace('key: write-key-1', text))
    assert.deepEqual(inWorkspace('key: write key'), [
      String.raw`workspaces[0].writeKeys[0].key: needs text that matches ^[^\s:]{8,128}$; got a string of 9 characters (Public: it stands in the page)`,
    ])
    for (const origin of ['shop.example', 'https://shop.example/', 'https://shop.*'])
      assert.match(
        inWorkspace(`key: write-key-1, origins: ["${origin}"]`)[0] ?? '',
        /writeKeys\[0\]\.origins\[0\]: needs .*\(\* or an origin such as https:\/\/shop\.example/,
      )
    const rules = 'identity: { traits: { email: oldest } }, companies: { parents: { acme.com: "group:1" } }'
    const free = `workspaces: [{ identityKey: key-of-sixteen-chars, writeKeys: [{ name: a, key: write-key-1 }], ${rules} }]`
    assert.deepEqual(
      problemsOf(`${free}\nstream: { kind: embedded }\nwarehouse: { kind: embedded }`).slice(0, 2),
      [
        'workspaces[0].identity.traits.email: needs one of newest, first, trusted, server; got a string of 6 characters',
        'workspaces[0].companies.parents.acme.com: the key must be text that matches ^(?:group|domain):.+$',
      ],
    )
  })

  const inRule = [
    {
      text: 'where: [{ feild: lead.email, is: present }]',
      says: /where\[0\]\.feild: unknown key; did you mean field\?/,
    },
    {
      text: 'where: [{ field: lead.emial, is: present }]',
      says: /where\[0\]\.field: needs one of lead\.email, .*lead\.traits\.KEY/,
    },
    {
      text: 'where: [{ field: lead.email, is: presnt }]',
      says: /where\[0\]\.is: needs one of present, absent/,
    },
    { text: 'where: [{ field: lead.email, is: equals }]', says: /where\[0\]\.value: is needed for/ },
    {
      text: 'where: [{ field: lead.email, is: equals, value: { a: 1 } }]',
      says: /value: needs text, a number, true or false or a list/,
    },
    {
      text: 'where: [{ page: /pricing, atLeast: 2 }]',
      says: /where\[0\]\.page: unknown key; known here: events, atLeast/,
    },
    { text: 'where: [{ events: { page: /pricing } }]', says: /where\[0\]: needs atLeast, atMost or both/ },
    {
      text: 'where: [{ sessions: { atLeast: two } }]',
      says: /where\[0\]\.sessions\.atLeast: needs a number; got a string/,
    },
    {
      text: 'where: [{ colour: red }]',
      says: /where\[0\]: needs a map with field, events, sessions or score/,
    },
    {
      text: 'actions: [{ webhok: {} }]',
      says: /actions\[0\]: needs a map with webhook, slack or assignOwner/,
    },
    {
      text: 'actions: [{ webhook: { url: "https://a.example", secret: hunter2 } }]',
      says: /webhook\.secret: needs whsec_ and 24 to 64 bytes/,
    },
    { text: 'actions: [{ slack: { url: "http://a.example" } }]', says: /slack\.url: needs an https address/ },
    {
      text: 'actions: [{ slack: { url: "https://a.example", text: "{{lead.nme}}" } }]',
      says: /slack\.text: needs names in .*lead\.email/,
    },
    { text: 'actions: [{ assignOwner: {} }]', says: /assignOwner: needs either email or roundRobin/ },
    {
      text: 'actions: [{ assignOwner: { email: a@b.example } }, { assignOwner: { email: c@b.example } }]',
      says: /actions: needs names that differ/,
    },
  ]
  for (const { text, says } of inRule) {
    test(`in a rule, ${text} is found at its place, and the value is not shown`, () => {
      const problems = problemsOf(
        WHOLE.replace('stream:', `    qualification: { rules: [{ name: a, ${text} }] }\nstream:`),
      ).join('\n')
      assert.match(problems, says)
      assert.doesNotMatch(problems, /hunter2|lead\.nme|emial/)
    })
  }

  test('an unknown kind names the known ones', () => {
    assert.deepEqual(problemsOf(WHOLE.replace('kind: embedded', 'kind: rabbit')), [
      'stream.kind: needs one of embedded, kafka; got a string of 6 characters',
    ])
  })

  test('a short secret is refused without being shown', () => {
    const problems = problemsOf(WHOLE, { IDENTITY_KEY: 'hunter2' })
    assert.deepEqual(problems, [
      'workspaces[0].identityKey: needs text of at least 16 characters; got a string of 7 characters (Secret; ids are keyed hashes with it. Never change it once data exists)',
    ])
  })

  test('what is missing is named, all at once', () => {
    assert.deepEqual(
      problemsOf(
        without(/stream:.*\n/)
          .replace(/ +- \{ name.*\n/, '')
          .replace('writeKeys:', 'writeKeys: []'),
      ),
      [
        'workspaces[0].writeKeys: needs a list of at least 1; got a list of 0',
        'stream: is missing; needs a map',
      ],
    )
  })
})

describe('references', () => {
  test('that the environment does not answer are named with their key', () => {
    assert.deepEqual(problemsOf(WHOLE, {}), [
      'workspaces[0].identityKey: ${IDENTITY_KEY} is not set in the environment; set it before the start',
    ])
  })

  test('to an empty variable are refused too', () => {
    assert.match(problemsOf(WHOLE, { IDENTITY_KEY: '' })[0] ?? '', /\$\{IDENTITY_KEY\} is empty/)
  })

  test('with a name that cannot be one are explained', () => {
    assert.match(
      problemsOf(WHOLE.replace('${IDENTITY_KEY}', '${identity key}'))[0] ?? '',
      /^workspaces\[0\]\.identityKey: \$\{identity key\} is not a reference/,
    )
  })
})

describe('a reference that stands alone', () => {
  const parse = (line: string, environment: Environment) =>
    parseSettings(withLine(line), { ...ENVIRONMENT, ...environment })

  test('gives a number where one is wanted', () => {
    assert.equal(parse('collector: { port: "${PORT}" }', { PORT: '8080' }).collector.port, 8080)
  })

  test('gives true or false where one is wanted', () => {
    const text = WHOLE.replace(
      /stream: .*/,
      'stream: { kind: "${KIND}", brokers: ["${BROKER}"], ssl: "${SSL}" }',
    )
    const { stream } = parseSettings(text, {
      ...ENVIRONMENT,
      KIND: 'kafka',
      BROKER: 'kafka:9092',
      SSL: 'true',
    })
    assert.ok(stream.kind === 'kafka')
    assert.equal(stream.ssl, true)
    assert.deepEqual(stream.brokers, ['kafka:9092'])
  })

  test('stays text where text is wanted: a secret of digits, a name that reads as a truth value', () => {
    const settings = parseSettings(WHOLE.replace('name: site', 'name: "${SITE}"'), {
      IDENTITY_KEY: '00012345678901234567',
      SITE: 'true',
    })
    assert.equal(settings.workspaces[0]?.identityKey, '00012345678901234567')
    assert.equal(settings.workspaces[0].writeKeys[0]?.name, 'true')
  })

  for (const [what, value, shape] of [
    ['text', 'eighty', 'a string of 6 characters'],
    ['a number out of range', '70000', 'a number'],
    ['true', 'true', 'a string of 4 characters'],
    ['a list', '[80]', 'a string of 4 characters'],
  ]) {
    test(`to ${what} is refused where a port is wanted, without being shown`, () => {
      assert.deepEqual(
        problemsOf(withLine('collector: { port: "${PORT}" }'), { ...ENVIRONMENT, PORT: value }),
        [`collector.port: needs a whole number from 0 to 65535; got ${shape}`],
      )
    })
  }

  test('and is not set is named as that, not as a wrong number', () => {
    assert.deepEqual(problemsOf(withLine('collector: { port: "${PORT}" }')), [
      'collector.port: ${PORT} is not set in the environment; set it before the start',
    ])
  })

  test('inside other text is no number', () => {
    assert.deepEqual(
      problemsOf(withLine('collector: { port: "4${PORT}" }'), { ...ENVIRONMENT, PORT: '400' }),
      ['collector.port: needs a whole number from 0 to 65535; got a string of 4 characters'],
    )
  })
})

test('keys and ids that stand twice are refused', () => {
  const second = `
  - identityKey: another secret of length
    slug: second
    writeKeys: [{ name: site, key: write-key-1 }]
stream:`
  assert.deepEqual(problemsOf(WHOLE.replace('\nstream:', second)), [
    'workspaces[1].id: is the same as workspaces[0].id; each needs its own',
    'workspaces[1].writeKeys[0].key: is the same as workspaces[0].writeKeys[0].key; each needs its own',
  ])
})
