import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, runInContext, type Context } from 'node:vm'
import { z } from 'zod'

const FILE = join(import.meta.dirname, '../gtm/template.tpl')

/** A value of a permission, as Tag Manager writes it: 1 a text, 2 a list, 3 a map, 8 a truth value. */
const valueSchema = z.union([
  z.object({ type: z.literal(1), string: z.string() }),
  z.object({ type: z.literal(8), boolean: z.boolean() }),
])
const mapSchema = z.object({
  type: z.literal(3),
  mapKey: z.array(z.object({ string: z.string() })),
  mapValue: z.array(valueSchema),
})
const permissionSchema = z.object({
  instance: z.object({
    key: z.object({ publicId: z.string(), versionId: z.literal('1') }),
    param: z.tuple([
      z.object({
        key: z.string(),
        value: z.object({ type: z.literal(2), listItem: z.array(z.union([mapSchema, valueSchema])) }),
      }),
    ]),
  }),
})

export interface Scenario {
  readonly name: string
  readonly code: string
}

export interface Template {
  readonly info: unknown
  readonly parameters: unknown
  readonly code: string
  /** `access_globals leadline read` and so on. */
  readonly permissions: readonly string[]
  readonly scenarios: readonly Scenario[]
  readonly setup: string
}

export function readTemplate(): Template {
  const text = readFileSync(FILE, 'utf8')
  const sections = new Map(
    [...text.matchAll(/^___([A-Z_]+)___\n\n(.*?)(?=\n\n\n___|\s*$(?![^]))/gms)].map(
      ([, name = '', body = '']) => [name, body],
    ),
  )
  const section = (name: string): string => {
    const body = sections.get(name)
    if (body === undefined) throw new Error(`template.tpl has no section ${name}`)
    return body
  }
  const [scenarios = '', setup = ''] = section('TESTS').split('\nsetup: |-\n')
  return {
    info: JSON.parse(section('INFO')),
    parameters: JSON.parse(section('TEMPLATE_PARAMETERS')),
    code: section('SANDBOXED_JS_FOR_WEB_TEMPLATE'),
    permissions: z
      .array(permissionSchema)
      .parse(JSON.parse(section('WEB_PERMISSIONS')))
      .flatMap(toRights),
    scenarios: [...scenarios.matchAll(/^- name: (.*)\n  code: \|-\n((?: {4}.*\n?)+)/gm)].map(
      ([, name = '', code = '']) => ({ name, code }),
    ),
    setup,
  }
}

function toRights({ instance: { key, param } }: z.output<typeof permissionSchema>): string[] {
  return param[0].value.listItem.flatMap((item) => {
    if (item.type === 1) return [`${key.publicId} ${item.string}`]
    if (item.type === 8) throw new Error(`${key.publicId} has a truth value in its list`)
    const [name, ...rights] = item.mapValue.map((value) => ('string' in value ? value.string : value.boolean))
    const words = item.mapKey.slice(1).map(({ string }) => string)
    return words
      .filter((_, index) => rights[index] === true)
      .map((right) => `${key.publicId} ${String(name)} ${right}`)
  })
}

type Api = (...args: unknown[]) => unknown

/** The rights that a call of an API needs, by Tag Manager's documentation. */
const RIGHTS: Readonly<Record<string, (first: string, isOverriding: boolean) => string[]>> = {
  callInWindow: (path) => [`access_globals ${path} execute`],
  copyFromWindow: (key) => [`access_globals ${key} read`],
  createQueue: (key) => [`access_globals ${key} read`, `access_globals ${key} write`],
  setInWindow: (key, isOverriding) => [
    `access_globals ${key} write`,
    ...(isOverriding ? [`access_globals ${key} read`] : []),
  ],
  injectScript: (url) => [`inject_script ${url.replace(/[^/]*$/, '*')}`],
  isConsentGranted: (type) => [`access_consent ${type} read`],
  addConsentListener: (type) => [`access_consent ${type} read`],
  getTimestampMillis: () => [],
  makeTableMap: () => [],
}

/** Tag Manager's sandbox: `require`, `data`, and nothing of a browser. */
export class TagManagerSandbox {
  readonly usedRights = new Set<string>()
  readonly calls: (readonly [api: string, ...args: unknown[]])[] = []
  readonly #apis = new Map<string, Api>([
    ['getTimestampMillis', () => Date.now()],
    [
      'makeTableMap',
      (rows, key, value) =>
        Object.fromEntries(
          z
            .array(z.record(z.string(), z.unknown()))
            .parse(rows)
            .map((row) => [row[String(key)], row[String(value)]]),
        ),
    ],
  ])
  readonly #code: string

  constructor(code: string, apis: Readonly<Record<string, Api>> = {}) {
    this.#code = code
    for (const [name, api] of Object.entries(apis)) this.mock(name, api)
  }

  mock(name: string, api: Api): void {
    this.#apis.set(name, api)
  }

  run(data: object): void {
    const outcome = (name: string) => () => void this.calls.push([name])
    const global = {
      data: { ...data, gtmOnSuccess: outcome('gtmOnSuccess'), gtmOnFailure: outcome('gtmOnFailure') },
      require: (name: string) => this.#require(name),
    }
    runInContext(`'use strict'; (() => {${this.#code}\n})()`, withoutGlobals(global))
  }

  #require(name: string): Api {
    const rights = RIGHTS[name]
    if (!rights) throw new Error(`the template requires ${name}, whose rights are not known here`)
    return (...args) => {
      this.calls.push([name, ...args])
      for (const right of rights(String(args[0]), args[2] === true)) this.usedRights.add(right)
      const api = this.#apis.get(name)
      if (!api) throw new Error(`the template calls ${name}, which nothing stands for`)
      return api(...args)
    }
  }
}

/** Runs what stands in the template's own tests, with these words of Tag Manager's. */
export function runTestCode(code: string, words: object): void {
  runInContext(`'use strict';${code}`, createContext({ ...words }))
}

/** Not even `Object` or `JSON` are at hand in a template. */
function withoutGlobals(global: object): Context {
  const context = createContext({ ...global })
  runInContext(
    '((all, kept) => { for (const name of Object.getOwnPropertyNames(all)) if (!kept.includes(name)) delete all[name] })(globalThis, ["data", "require"])',
    context,
  )
  return context
}
