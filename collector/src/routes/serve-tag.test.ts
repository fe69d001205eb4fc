import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { startTestCollector } from '../../test-support/test-collector.ts'

async function startWithTag(
  t: TestContext,
  collector: Parameters<typeof startTestCollector>[1],
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-tag-'))
  t.after(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'tag.js'), '"tag"')
  const { url } = await startTestCollector(t, { tagFile: join(directory, 'tag.js'), ...collector })
  return url
}

/** Headers that fetch would not let through. */
const headersOf = (
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, unknown>>> =>
  new Promise((resolve, reject) => {
    get(url, { headers }, (answer) => {
      answer.resume()
      resolve(answer.headers)
    }).once('error', reject)
  })

test('the tag is served under the names and the path that are set, and its usual one', async (t) => {
  const url = await startWithTag(t, {
    tag: { scriptName: 'shop.js', globalName: 'shop', bundle: 'default', pathPrefix: '/a/b' },
  })
  for (const path of ['/leadline.js', '/shop.js', '/a/b/leadline.js', '/a/b/shop.js'])
    assert.equal((await fetch(url + path)).status, 200, path)
})

test('scripts beside the tag are served too, and Ripe pages find theirs at the address of their own loader', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-tag-'))
  t.after(() => rm(directory, { recursive: true }))
  for (const name of ['tag', 'ripe', 'leadline-vitals'])
    await writeFile(join(directory, `${name}.js`), `"${name}"`)
  const names = { scriptName: 'shop.js', globalName: 'shop', bundle: 'default' as const, pathPrefix: '' }
  const { url } = await startTestCollector(t, { tagFile: join(directory, 'tag.js'), tag: names })
  const textOf = async (path: string): Promise<string> => await (await fetch(url + path)).text()
  assert.equal(await textOf('/leadline-vitals.js'), '"leadline-vitals"')
  assert.equal(await textOf('/shop-vitals.js'), '"leadline-vitals"')
  assert.equal(await textOf('/ripe.js'), '"ripe"')
  const version = await textOf('/sdk%2Fversion.txt?alt=media')
  assert.match(version, /^[0-9a-f]{16}$/)
  assert.equal(await textOf(`/sdk%2F${version}%2Fsdk.umd.js?alt=media`), '"ripe"')
  assert.equal(await textOf(`/sdk/${version}/sdk.umd.js`), '"ripe"')
})

test('what the build did not make is not served', async (t) => {
  const url = await startWithTag(t, {})
  for (const path of ['/ripe.js', '/leadline-vitals.js', '/sdk%2Fversion.txt'])
    assert.equal((await fetch(url + path)).status, 404, path)
})

const cookie = 'theme=dark; leadline_id=a-1.b_2; x=y'

test("by setting the visitor's cookie is written again for pages of the same site, and shared caches keep none", async (t) => {
  const url = await startWithTag(t, { cookie: { renew: true, domain: 'acme.example' } })
  const renewed = await headersOf(`${url}/leadline.js`, { cookie, 'sec-fetch-site': 'same-site' })
  assert.deepEqual(renewed['set-cookie'], [
    'leadline_id=a-1.b_2; Max-Age=34560000; Path=/; SameSite=Lax; Secure; Domain=acme.example',
    'leadline_kept=1; Max-Age=34560000; Path=/; SameSite=Lax; Secure; Domain=acme.example',
  ])
  assert.equal(renewed['cache-control'], 'private, max-age=300')
  const others = [
    { cookie, 'sec-fetch-site': 'cross-site' },
    { cookie },
    { 'sec-fetch-site': 'same-origin' },
    { cookie: 'leadline_id=a"b', 'sec-fetch-site': 'same-origin' },
    { cookie: 'xleadline_id=a', 'sec-fetch-site': 'same-origin' },
  ]
  for (const headers of others) {
    const plain = await headersOf(`${url}/leadline.js`, headers)
    assert.equal(plain['set-cookie'], undefined)
    assert.equal(plain['cache-control'], 'public, max-age=300')
  }
})

test('without the setting no cookie is written', async (t) => {
  const url = await startWithTag(t, {})
  const headers = await headersOf(`${url}/leadline.js`, { cookie, 'sec-fetch-site': 'same-origin' })
  assert.equal(headers['set-cookie'], undefined)
})
