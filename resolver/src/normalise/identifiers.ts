import { domainToASCII } from 'node:url'
import { isJunk, isJunkMail, type FurtherJunk } from './junk.ts'

const MAX_MAIL_LENGTH = 254
const MAIL = /^[^\s@]+@[^\s@]+$/
/** At least two labels, none of them empty. */
const DOMAIN = /^[^.]+(?:\.[^.]+)+$/

/**
 * Identifiers in the form in which they are compared; undefined when the value is absent or junk.
 * Case of user ids and cookies is kept: only mail addresses are known to ignore it.
 */
export function normaliseUserId(value: unknown, junk: FurtherJunk): string | undefined {
  const text = toText(value)?.normalize('NFC')
  if (text === undefined || isJunk(text, junk)) return undefined
  return toMail(text) ?? text
}

export function normaliseAnonymousId(value: unknown, junk: FurtherJunk): string | undefined {
  const text = toText(value)
  return text === undefined || isJunk(text, junk) ? undefined : text
}

export function normaliseMail(value: unknown, junk: FurtherJunk): string | undefined {
  const mail = typeof value === 'string' ? toMail(value) : undefined
  if (mail === undefined || isJunkMail(mail) || isJunk(mail, junk)) return undefined
  return mail
}

/** Lower case, domain in ASCII; undefined for what is not shaped like a mail address. */
export function toMail(value: string): string | undefined {
  const text = value.trim().normalize('NFC').toLowerCase()
  if (text.length > MAX_MAIL_LENGTH || !MAIL.test(text)) return undefined
  const at = text.indexOf('@')
  const domain = domainToASCII(text.slice(at + 1))
  return DOMAIN.test(domain) ? `${text.slice(0, at)}@${domain}` : undefined
}

function toText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  return text === '' ? undefined : text
}
