import { UAParser } from 'ua-parser-js'
import { LruCache } from '../lru-cache.ts'

/** What a user agent text says. Empty where it does not. */
export interface Client {
  readonly device: string
  readonly browser: string
  readonly os: string
}

const CACHED_TEXTS = 2000
/** Longer texts are attacks on the parser's expressions, not browsers. */
const MAX_LENGTH = 500

const cache = new LruCache<string, Client>(CACHED_TEXTS)

/** `device` is mobile, tablet, desktop and so on. */
export function parseUserAgent(text: string): Client {
  const known = cache.get(text)
  if (known) return known
  const client = parse(text.slice(0, MAX_LENGTH))
  cache.set(text, client)
  return client
}

function parse(text: string): Client {
  if (text === '') return { device: '', browser: '', os: '' }
  const { browser, os, device } = UAParser(text)
  // The parser names what is not a desktop; a known browser on anything else is one.
  const type = device.type ?? (browser.name === undefined ? '' : 'desktop')
  return { device: type, browser: browser.name ?? '', os: os.name ?? '' }
}
