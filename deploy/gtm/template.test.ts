import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { readTemplate, runTestCode, TagManagerSandbox } from '../test-support/gtm-template.ts'

const template = readTemplate()
const parameterSchema = z.array(
  z.object({
    name: z.string(),
    type: z.enum(['TEXT', 'SELECT', 'SIMPLE_TABLE', 'CHECKBOX', 'GROUP']),
    subParams: z.array(z.object({ name: z.string() })).default([]),
  }),
)

/** Runs the set-up and a scenario of the template's own tests, with Tag Manager's words for both. */
function runScenario(code: string): TagManagerSandbox {
  const sandbox = new TagManagerSandbox(template.code)
  const called = (api: string): unknown[][] =>
    sandbox.calls.filter(([name]) => name === api).map(([, ...args]) => args)
  const words = {
    mock: (name: string, api: (...args: unknown[]) => unknown) => sandbox.mock(name, api),
    runCode: (data: object) => sandbox.run(data),
    assertThat: (actual: unknown) => ({
      isEqualTo: (expected: unknown) => assert.deepEqual(plain(actual), plain(expected)),
      isUndefined: () => assert.equal(actual, undefined),
    }),
    assertApi: (api: string) => ({
      wasCalled: () => assert.ok(called(api).length > 0, `${api} was not called`),
      wasNotCalled: () => assert.deepEqual(called(api), []),
      wasCalledWith: (...args: unknown[]) =>
        assert.ok(called(api).some((given) => JSON.stringify(given) === JSON.stringify(args))),
    }),
  }
  runTestCode(`${template.setup}\n${code}`, words)
  return sandbox
}

/** Values of the sandbox have prototypes of their own. */
const plain = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value))

describe('the template for Google Tag Manager', () => {
  const used = new Set<string>()
  before(() => {
    assert.ok(template.scenarios.length >= 10)
  })

  for (const { name, code } of template.scenarios) {
    it(name, () => {
      for (const right of runScenario(code).usedRights) used.add(right)
    })
  }

  it('has the permissions that it uses, and no other', () => {
    assert.deepEqual([...used].sort(), [...template.permissions].sort())
  })

  it('reads the fields that its form has, and no other', () => {
    const form = parameterSchema.parse(template.parameters)
    const names = form.flatMap(({ type, name, subParams }) =>
      type === 'GROUP' ? subParams.map((sub) => sub.name) : [name],
    )
    const read = new Set([...template.code.matchAll(/\bdata\.(\w+)/g)].map(([, name = '']) => name))
    assert.deepEqual([...read].filter((name) => !name.startsWith('gtmOn')).sort(), names.toSorted())
    assert.partialDeepStrictEqual(template.info, { type: 'TAG', containerContexts: ['WEB'] })
  })

  it('keeps to the language of the sandbox', () => {
    const words = template.code.replace(/\/\/.*|'[^']*'/g, '')
    assert.doesNotMatch(words, /\b(new|this|class|async|await|try|throw|yield|import|export)\b|`|\.\.\./)
    assert.throws(() => new TagManagerSandbox('JSON.stringify(data)').run({}), /JSON is not defined/)
  })
})
