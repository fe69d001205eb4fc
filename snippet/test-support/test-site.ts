import { addressOf, close, listen } from './test-collector.ts'

/** Customer pages over real HTTP: every path is a page with the tag in its head. */
export interface TestSite {
  /** On `localhost`, which is a secure context and another site than the collector's `127.0.0.1`. */
  readonly url: string
  readonly port: number
  stop(): Promise<void>
}

export interface PageParts {
  readonly stub: string
  readonly collectorUrl: string
  readonly writeKey: string
  /** For the `integrity` attribute of the script element. */
  readonly integrity: string
}

/** HTML, or HTML with headers of its own. */
export type SitePage = string | { readonly html: string; readonly headers: Readonly<Record<string, string>> }

/** Pages by path; every other path is the plain page with the tag. */
export async function startTestSite(
  parts: PageParts,
  pages: Readonly<Record<string, SitePage>>,
): Promise<TestSite> {
  const server = await listen(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const page = pages[pathname] ?? toPage(tagElements(parts))
    const { html, headers } = typeof page === 'string' ? { html: page, headers: {} } : page
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(html)
  }, 0)
  const { port } = addressOf(server)
  return { url: `http://localhost:${port}`, port, stop: () => close(server) }
}

export const toPage = (head: string): string =>
  `<!doctype html><html><head><title>Test page</title>${head}</head><body>Hello</body></html>`

/** What a customer pastes. */
export const tagElements = ({ stub, collectorUrl, writeKey }: PageParts): string =>
  `<script>${stub}</script><script async src="${collectorUrl}/leadline.js" data-key="${writeKey}"></script>`
