import { tagElements, toPage, type PageParts, type SitePage } from './test-site.ts'

/** Every call, and whatever a page may hand over. */
export const USE_EVERYTHING = `
  leadline('page'); leadline.identify('u1', { a: 1 }); leadline.track('kept'); leadline.group('g'); leadline.reset()
  const loop = {}; loop.self = loop
  leadline.track('circular', loop); leadline.track('bigint', { n: 1n }); leadline.track(Symbol('s')); leadline(); leadline(null)
  leadline.identify(Object.create(null)); leadline.page(null, undefined, 7); leadline.track('kept too')
  window.wentOn = true`

/** What a page may have done to the browser before the tag arrives. */
export const HOSTILITIES: Readonly<Record<string, string>> = {
  frozen: `[Object.prototype, Array.prototype, Function.prototype, Map.prototype, Set.prototype, Promise.prototype, JSON].forEach(Object.freeze)`,
  'no-json': `JSON.stringify = () => { throw new Error('patched') }`,
  'no-fetch': `window.fetch = () => { throw new Error('patched') }`,
  'odd-fetch': `window.fetch = () => 7`,
  'no-crypto': `crypto.getRandomValues = () => { throw new Error('patched') }`,
  'to-json': `Array.prototype.toJSON = function () { return JSON.stringify([...this]) }`,
  'no-tag': `Object.defineProperty(window, 'leadline', { value: 42 })`,
}

/** What a version of before may have left: its stub has other methods, and no promises. */
export const OLD_COPY = `window.leadline = (...call) => leadline.q.push([Date.now(), call]); leadline.q = []
  leadline.track = (...call) => leadline('track', ...call); leadline.track('from an old stub')`

/** Nothing but what the page names: no inline script without nonce, no eval, no inline style. */
export const toStrictPolicy = (collectorUrl: string): string =>
  `default-src 'none'; script-src 'nonce-n1' ${collectorUrl}; connect-src ${collectorUrl}; require-trusted-types-for 'script'`

/** One page with a frame for each of these; what goes wrong in them, and that they are done, they tell the collector. */
export function toFrames(parts: PageParts): Record<string, SitePage> {
  const { stub, collectorUrl, writeKey, integrity } = parts
  const reports = `<script nonce="n1">
    const tell = (...words) => { new Image().src = '${collectorUrl}/' + words.map(encodeURIComponent).join('/') }
    for (const type of ['error', 'unhandledrejection', 'securitypolicyviolation'])
      addEventListener(type, (event) => tell('error', location.pathname, event.message ?? event.reason ?? event.violatedDirective))
    addEventListener('load', () => setTimeout(() => tell('done', location.pathname), 200))</script>`
  const script = `<script async src="${collectorUrl}/leadline.js" data-key="${writeKey}"`
  const tag = tagElements(parts)
  const track = (name: string): string => `<script nonce="n1">leadline.track('${name}')</script>`
  const usage = `<script>${USE_EVERYTHING}</script>`
  const frames: Record<string, string> = {
    ...Object.fromEntries(
      Object.entries(HOSTILITIES).map(([name, hostility]) => [
        `/${name}`,
        `<script>${hostility}</script>${tag}${name === 'no-tag' ? '' : usage}`,
      ]),
    ),
    '/no-storage': `<script>
      const forbid = (owner, name) => Object.defineProperty(owner, name, { get() { throw new Error(name) }, set() { throw new Error(name) } })
      forbid(window, 'localStorage'); forbid(document, 'cookie'); forbid(navigator, 'locks')</script>${tag}${track('without storage')}`,
    '/full-storage': `<script>Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }</script>${tag}${track('storage full')}`,
    '/sandboxed': tag + track('sandboxed'),
    '/throws': `<script>throw new Error('seen')</script>`,
    '/twice': `<script>${stub}</script>${tag}${script}></script>${track('once')}`,
    '/old-copy': `<script>${OLD_COPY}</script>${tag}${track('beside an old copy')}`,
    '/policy': `<script nonce="n1">${stub}</script>${script} integrity="${integrity}" crossorigin></script>${track('under a strict policy')}`,
    '/tampered': `<script>${stub}; addEventListener('load', () => leadline.failures && tell('error', 'it ran'))</script>${track('kept back')}${script} integrity="sha384-${'A'.repeat(64)}" crossorigin></script>`,
  }
  const policy = { 'content-security-policy': `${toStrictPolicy(collectorUrl)}; img-src ${collectorUrl}` }
  const toFrame = ([path, head]: [string, string]): [string, SitePage] => {
    const html = toPage(`${reports}${head}`)
    return [path, path === '/policy' ? { html, headers: policy } : html]
  }
  const elements = Object.keys(frames).map(
    (path) => `<iframe src="${path}"${path === '/sandboxed' ? ' sandbox="allow-scripts"' : ''}></iframe>`,
  )
  return {
    ...Object.fromEntries(Object.entries(frames).map(toFrame)),
    '/hostile': toPage('').replace('Hello', elements.join('')),
  }
}
