import { createServer, type Server } from 'node:http'
import type { TestContext } from 'node:test'
import { build } from 'esbuild'
import { chromium, type Page } from 'playwright-core'

/** Bundles a program for pages. It may import the libraries under test. */
export async function bundle(program: string): Promise<string> {
  const result = await build({
    stdin: { contents: program, resolveDir: import.meta.dirname, loader: 'js' },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  })
  return result.outputFiles[0]?.text ?? ''
}

/** A page of a site that runs the script; the collector is another origin for it. Closed when the test ends. */
export async function openClientPage(t: TestContext, script: string, head = ''): Promise<Page> {
  const site = createServer((request, response) => {
    if (request.url === '/client.js') response.setHeader('content-type', 'text/javascript').end(script)
    else
      response
        .setHeader('content-type', 'text/html; charset=utf-8')
        .end(`<!doctype html><title>Seite ä</title>${head}<script src="/client.js"></script>`)
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
  t.after(async () => {
    await browser.close()
    site.closeAllConnections()
    await new Promise((resolve) => site.close(resolve))
  })
  const page = await browser.newPage()
  await page.goto(`http://localhost:${portOf(site)}/preise?utm_source=nl`)
  return page
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
