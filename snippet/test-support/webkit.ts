import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { AnyBrowser, AnyPage, AnyProfile } from './any-browser.ts'
import { killBusiest } from './page-process.ts'
import { addressOf, close, listen } from './test-collector.ts'
import { waitUntil } from './wait-until.ts'

const MINI_BROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'

/** One command of W3C WebDriver, over plain HTTP: WebKit has no other driver. */
type Command = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<unknown>

/** MiniBrowser under WebKitWebDriver, on an X display that nobody sees. */
export async function openWebKit(): Promise<AnyBrowser> {
  const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const display = String(await firstChunk(xvfb)).trim()
  const port = await findFreePort()
  const driver = spawn('WebKitWebDriver', [`--port=${port}`], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: `:${display}` },
  })
  const command = createCommand(`http://127.0.0.1:${port}`)
  await waitUntil('WebKitWebDriver', () => command('GET', '/status').then(Boolean, () => false))
  return {
    name: 'webkit',
    newProfile: () => openProfile(command),
    async close() {
      await stop(driver)
      await stop(xvfb)
    },
  }
}

/** A session has storage and cookies of its own. */
async function openProfile(command: Command): Promise<AnyProfile> {
  const options = { binary: MINI_BROWSER, args: ['--automation'] }
  const session = await command('POST', '/session', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
  })
  const path = `/session/${textOf(session, 'sessionId')}`
  const inSession: Command = (method, suffix, body) => command(method, path + suffix, body)
  let isFirst = true
  const openTab = async (): Promise<string> => {
    // The driver opens tabs beside the current one, which may be closed by now.
    const [handle] = Object(await inSession('GET', '/window/handles'))
    if (isFirst) return String(handle)
    await inSession('POST', '/window', { handle })
    return textOf(await inSession('POST', '/window/new', { type: 'tab' }), 'handle')
  }
  return {
    async newPage() {
      const handle = await openTab()
      isFirst = false
      return toPage(inSession, handle)
    },
    close: async () => void (await inSession('DELETE', '')),
  }
}

function toPage(command: Command, handle: string): AnyPage {
  const here: Command = async (method, path, body) => {
    await command('POST', '/window', { handle })
    return await command(method, path, body)
  }
  const element = async (selector: string): Promise<string> => {
    const found = await here('POST', '/element', { using: 'css selector', value: selector })
    return String(Object.values(Object(found))[0])
  }
  const evaluate = (expression: string): Promise<unknown> =>
    here('POST', '/execute/async', {
      script: 'const done = arguments[1]; Promise.resolve((0, eval)(arguments[0])).then(done)',
      args: [expression],
    })
  return {
    goto: async (url) => void (await here('POST', '/url', { url })),
    eval: evaluate,
    crash: () => killBusiest(/WebKitWebProcess/, evaluate),
    click: async (selector) => void (await here('POST', `/element/${await element(selector)}/click`, {})),
    fill: async (selector, text) =>
      void (await here('POST', `/element/${await element(selector)}/value`, { text })),
    close: async () => void (await here('DELETE', '/window')),
  }
}

const createCommand =
  (url: string): Command =>
  async (method, path, body) => {
    const init = body ? { method, body: JSON.stringify(body) } : { method }
    const response = await fetch(url + path, init)
    const answer: unknown = await response.json()
    const value: unknown = Object(answer).value
    if (!response.ok) throw new Error(`WebDriver ${method} ${path}: ${JSON.stringify(value)}`)
    return value
  }

const textOf = (value: unknown, name: string): string => String(Object(value)[name])

async function findFreePort(): Promise<number> {
  const server = await listen(async (_, response) => void response.end(), 0)
  const { port } = addressOf(server)
  await close(server)
  return port
}

async function firstChunk(child: ChildProcess): Promise<unknown> {
  const output = child.stdio[3]
  if (!output) throw new Error('Xvfb has no channel to say its display')
  const [chunk] = await once(output, 'data')
  return chunk
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill()
  await ended
}
