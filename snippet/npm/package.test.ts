import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { buildPackages } from '../build-packages.ts'
import { ALL_FEATURES, BUNDLES } from '../features.ts'
import { START_ORDER } from './start-order.ts'
import type * as browser from './index.ts'
import type * as PublicApi from './public-api.ts'

const NODE_MODULES = join(import.meta.dirname, '../../node_modules')
const TSC = join(NODE_MODULES, '.bin/tsc')

/** A sentence that only one capture has. */
const SIGNS = {
  downloads: 'File Downloaded',
  outboundLinks: 'Outbound Link Clicked',
  forms: 'Form Submitted',
  engagement: 'Page Left',
  touches: 'li_fat_id',
  attributes: 'data-leadline-',
}

describe('the npm package', () => {
  let app: string
  before(async () => {
    app = await mkdtemp(join(tmpdir(), 'leadline-npm-'))
    await buildPackages(join(app, 'node_modules/@leadline/browser'))
    await mkdir(join(app, 'node_modules/@types'))
    await symlink(join(NODE_MODULES, 'react'), join(app, 'node_modules/react'))
    await symlink(join(NODE_MODULES, '@types/react'), join(app, 'node_modules/@types/react'))
  })
  after(() => rm(app, { recursive: true }))

  const load = async (): Promise<typeof PublicApi> =>
    await import(join(app, 'node_modules/@leadline/browser/index.js'))
  const bundle = async (program: string): Promise<string> => {
    const result = await build({
      stdin: { contents: program, resolveDir: app, loader: 'tsx' },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      logLevel: 'error',
      external: ['react'],
    })
    return result.outputFiles[0]?.text ?? ''
  }

  it('brings into a bundle what is imported, and of captures nothing else', async () => {
    const lean = await bundle(`import { load, track } from '@leadline/browser'
      load({ key: 'k', host: 'https://c.example' }); void track('x')`)
    const signs = Object.entries(SIGNS)
    assert.deepEqual(
      signs.filter(([, sign]) => lean.includes(sign)),
      [],
    )
    const some = await bundle(`import { forms, load } from '@leadline/browser'
      load({ key: 'k', host: 'https://c.example', features: { forms } })`)
    const found = signs.filter(([, sign]) => some.includes(sign)).map(([name]) => name)
    assert.deepEqual(found, ['forms'])
    assert.equal(await bundle(`import '@leadline/browser'; import '@leadline/browser/react'`), '')
  })

  it('has one tag however it is imported', async () => {
    const both = await bundle(`import { load } from '@leadline/browser'
      import { LeadlineProvider } from '@leadline/browser/react'; export { load, LeadlineProvider }`)
    assert.equal(both.split('leadline:queue:').length, 2)
    const react = await readFile(join(app, 'node_modules/@leadline/browser/react.js'), 'utf8')
    assert.ok(react.startsWith(`'use client'`) || react.startsWith(`"use client"`))
  })

  it('has types that a strict program compiles with, and that refuse what is wrong', async () => {
    const program = (event: string): string => `
      import { createElement } from 'react'
      import { defaultFeatures, forms, identify, load, track, user, type Delivered } from '@leadline/browser'
      import { LeadlineProvider, useLeadline } from '@leadline/browser/react'
      load({ key: 'k', host: 'h', features: { ...defaultFeatures, forms }, outboundLinks: 'a.example' })
      export const results: Promise<Delivered>[] = [track(${event}, { a: 1 }), identify({ email: 'a@b.example' }), identify('u')]
      export const id: string | undefined = user()?.anonymousId
      export const Page = () => { void useLeadline().track('x'); return null }
      export const app = createElement(LeadlineProvider, { options: { key: 'k', host: 'h' }, route: '/' })`
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2022', 'dom'],
    }
    await writeFile(join(app, 'package.json'), '{ "type": "module" }')
    await writeFile(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }))
    await writeFile(join(app, 'app.ts'), program(`'Signed Up'`))
    await promisify(execFile)(TSC, ['-p', app])
    await writeFile(join(app, 'app.ts'), program('7'))
    await assert.rejects(promisify(execFile)(TSC, ['-p', app]), (error) =>
      /not assignable to parameter of type 'string'/.test(String(Object(error).stdout)),
    )
  })

  it('keeps what its types promise, on a server too', async () => {
    const promises: (sources: typeof browser) => typeof PublicApi = (sources) => sources
    assert.equal(typeof promises, 'function')
    const api = await load()
    api.load({ key: 'k', host: 'https://c.example' })
    assert.deepEqual(await api.track('x'), { delivered: false, reason: 'no_browser' })
    assert.equal(api.user(), undefined)
    assert.equal(await api.flush(), undefined)
  })

  it('has every feature, and starts them in the order of the script', async () => {
    const names = ALL_FEATURES.filter((name) => name !== 'ripe')
    const api = await load()
    assert.deepEqual(
      names.filter((name) => !(name in api)),
      [],
    )
    assert.deepEqual(Object.keys(api.defaultFeatures).sort(), [...BUNDLES.default].sort())
    assert.deepEqual(START_ORDER.split(' '), names)
  })
})
