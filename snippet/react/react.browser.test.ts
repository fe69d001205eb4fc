import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { build, type Plugin } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { buildPackages } from '../build-packages.ts'
import { buildTag } from '../build-tag.ts'
import { openBrowser } from '../test-support/browser.ts'
import { namesOf, openTagFixture, type TagFixture } from '../test-support/tag-fixture.ts'
import { toPage } from '../test-support/test-site.ts'

/** As Next has them, as far as the recipes use them. */
const NEXT: Readonly<Record<string, string>> = {
  'next/navigation': `
    import { useSyncExternalStore } from 'react'
    const listen = (run) => { navigation.addEventListener('currententrychange', run); return () => navigation.removeEventListener('currententrychange', run) }
    export const usePathname = () => useSyncExternalStore(listen, () => location.pathname)`,
  'next/script': `
    import { useEffect } from 'react'
    const Script = ({ children, strategy, ...attributes }) => {
      useEffect(() => {
        if (document.getElementById(attributes.id ?? attributes.src)) return
        const script = document.createElement('script')
        script.id = attributes.src
        for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value)
        if (children) script.textContent = children
        document.head.append(script)
      }, [])
      return null
    }
    export { Script as default }`,
}

const asNext: Plugin = {
  name: 'next',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^next\// }, ({ path }) => ({ path, namespace: 'next' }))
    esbuild.onLoad({ filter: /.*/, namespace: 'next' }, ({ path }) => ({
      contents: NEXT[path] ?? '',
      resolveDir: import.meta.dirname,
    }))
  },
}

describe('helpers for React', () => {
  let browser: Browser
  let fixture: TagFixture
  let directory: string
  /** The recipes of the package's README: React, Next with the module, Next with the script. */
  let recipes: string[]
  before(async () => {
    browser = await openBrowser()
    directory = await mkdtemp(join(tmpdir(), 'leadline-react-'))
    await buildPackages(directory)
    const readme = await readFile(join(directory, 'README.md'), 'utf8')
    recipes = [...readme.matchAll(/```tsx\n(.*?)```/gs)].map(([, code = '']) => code)
  })
  after(async () => {
    await rm(directory, { recursive: true })
    await browser.close()
  })
  beforeEach(async () => {
    fixture = await openTagFixture(
      browser,
      () => ({ '/app': toPage('').replace('Hello', '<div id="root"></div>') }),
      {
        features: ['navigation'],
      },
    )
  })
  afterEach(() => fixture.stop())

  /** Renders an application of these sources, in React's strict mode, and gives its page. */
  const render = async (source: string, app: string): Promise<Page> => {
    const result = await build({
      stdin: {
        contents: `import { createRoot } from 'react-dom/client'
          import { StrictMode } from 'react'
          ${source.replaceAll('https://collect.example.com', fixture.collector.url)}
          createRoot(document.getElementById('root')).render(<StrictMode>${app}</StrictMode>)`,
        resolveDir: import.meta.dirname,
        loader: 'tsx',
      },
      alias: {
        '@leadline/browser/react': `${directory}/react.js`,
        '@leadline/browser': `${directory}/index.js`,
      },
      nodePaths: [join(import.meta.dirname, '../../node_modules')],
      plugins: [asNext],
      bundle: true,
      write: false,
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"development"' },
    })
    const page = await fixture.openPage('/app')
    await page.addScriptTag({ content: result.outputFiles[0]?.text ?? '' })
    return page
  }

  it('make one page call per route and the calls of components, in strict mode too', async () => {
    const routed = `import { useState } from 'react'
      function Routed() {
        const [path, setPath] = useState('/')
        window.go = setPath
        return <App path={path} />
      }`
    const page = await render(`${recipes[0] ?? ''}; ${routed}`, '<Routed />')
    await page.click('text=Buy')
    await fixture.arrived(2)
    await page.evaluate(`go('/plans')`)
    await fixture.arrived(3)
    await page.evaluate(`go('/plans')`)
    await page.click('text=Buy')
    assert.deepEqual(namesOf(await fixture.arrived(4)), ['page', 'Order Started', 'page', 'Order Started'])
    assert.deepEqual(fixture.pageErrors, [])
  })

  it('take other calls in the place of the real ones, and load nothing then', async () => {
    const page = await render(
      `${recipes[0] ?? ''}
      window.said = []
      const say = (name) => async (...args) => { window.said.push([name, ...args]); return { delivered: true } }
      const client = { track: say('track'), page: say('page') }`,
      `<LeadlineProvider client={client} options={{ key: 'k', host: 'h' }} route="/"><Buy /></LeadlineProvider>`,
    )
    await page.click('text=Buy')
    assert.deepEqual(await page.evaluate('said'), [['page'], ['track', 'Order Started']])
    assert.equal(await page.evaluate('typeof leadline'), 'undefined')
  })

  it('follow the router of Next by the recipe', async () => {
    const page = await render(recipes[1]?.replace(`'use client'`, '') ?? '', '<Leadline>Text</Leadline>')
    await fixture.arrived(1)
    await page.evaluate(`history.pushState(0, '', '/next')`)
    await page.waitForSelector('text=Text')
    const paths = (await fixture.arrived(2)).map(({ properties }) => properties?.['path'])
    assert.deepEqual(paths, ['/app', '/next'])
  })

  it('leave it to the script and its capture by the other recipe', async () => {
    const { stub } = await buildTag()
    const page = await render(recipes[2] ?? '', `<LeadlineScript stub={${JSON.stringify(stub)}} />`)
    await fixture.arrived(1)
    await page.evaluate(`history.pushState(0, '', '/next')`)
    const paths = (await fixture.arrived(2)).map(({ properties }) => properties?.['path'])
    assert.deepEqual(paths, ['/app', '/next'])
  })
})
