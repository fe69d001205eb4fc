import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createDemoSite, type VisitorOutcome } from './app.ts'
import { PAGES } from './pages.ts'
import { startDemoSite } from './start-demo-site.ts'

const nothingYet: VisitorOutcome = { lead: null, company: null, crm: null, reason: 'nothing stored yet' }
const asked: string[] = []
const app = createDemoSite({
  collectorUrl: 'http://127.0.0.1:4400',
  writeKey: 'wk_"demo"',
  stub: 'window.stub = 1',
  outcome: async (email) => {
    asked.push(email)
    return nothingYet
  },
})
const read = async (path: string): Promise<string> => (await app.request(path)).text()

describe('the demo site', () => {
  for (const { path, title } of PAGES) {
    it(`serves ${path} with the tag as a customer pastes it`, async () => {
      const response = await app.request(path)
      const html = await response.text()
      const nonce = /<script nonce="([^"]+)">\s*window\.stub = 1; leadline\.page\(\)/.exec(html)?.[1]
      assert.equal(response.status, 200)
      assert.ok(html.includes(`<title>${title}</title>`))
      assert.ok(html.includes('src="http://127.0.0.1:4400/leadline.js" data-key="wk_&quot;demo&quot;"'))
      assert.ok(nonce && response.headers.get('content-security-policy')?.includes(`'nonce-${nonce}'`))
      assert.ok(!html.includes('{{'))
    })
  }

  it('links only to what it serves', async () => {
    const pages = await Promise.all(PAGES.map(({ path }) => read(path)))
    const links = new Set(
      pages.flatMap((html) => [...html.matchAll(/(?:href|src)="(\/[^"]*)"/g)].map((m) => m[1] ?? '')),
    )
    for (const link of links) assert.equal((await app.request(link)).status, 200, link)
  })

  it('fills its forms with another person on each load', async () => {
    const emails = await Promise.all(
      ['/sign-up', '/sign-up', '/demo', '/demo'].map(
        async (path) => /name="email"[^>]*value="([^"]+)"/.exec(await read(path))?.[1],
      ),
    )
    assert.ok(emails.every((email) => /^[a-z.]+@[a-z-]+\.com$/.test(email ?? '')))
    assert.ok(new Set(emails).size > 1)
  })

  it('marks the page that one is on', async () => {
    assert.match(await read('/pricing'), /href="\/pricing" aria-current="page"/)
  })

  it('takes its forms without scripts', async () => {
    const sent = await app.request('/sign-up', {
      method: 'POST',
      body: new URLSearchParams({ email: 'a@b.example' }),
    })
    assert.deepEqual([sent.status, sent.headers.get('location')], [303, '/welcome'])
  })

  it('passes on what became of an address', async () => {
    const response = await app.request('/outcome?email=mira.novak%40oakmoor-foods.com')
    assert.deepEqual(await response.json(), nothingYet)
    assert.deepEqual(asked, ['mira.novak@oakmoor-foods.com'])
    assert.equal(response.headers.get('cache-control'), 'no-store')
  })

  it('refuses to look up what is not an address', async () => {
    for (const query of ['', '?email=', '?email=x', `?email=${'a'.repeat(300)}@b.example`]) {
      assert.equal((await app.request(`/outcome${query}`)).status, 400)
    }
  })

  it('serves no other file', async () => {
    assert.equal((await app.request('/assets/..%2fapp.ts')).status, 404)
    assert.equal((await app.request('/app.ts')).status, 404)
  })

  it('refuses to listen beyond this machine', async () => {
    const settings = { collectorUrl: 'http://127.0.0.1:1', writeKey: 'wk', outcome: async () => nothingYet }
    await assert.rejects(startDemoSite({ ...settings, host: '0.0.0.0', port: 0 }), /loopback/)
  })
})
