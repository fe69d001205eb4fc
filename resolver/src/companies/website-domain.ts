import { domainToASCII } from 'node:url'
import { getDomain } from 'tldts'
import type { MailLists } from '../profile/mail-domains.ts'
import { toCompanyDomain, type CompanyLists } from './company-of-mail.ts'

/** Where companies have a page among others' pages: such an address says nothing about whose the domain is. */
const SHARED_HOSTS: ReadonlySet<string> = new Set([
  'bit.ly',
  'crunchbase.com',
  'facebook.com',
  'fb.com',
  'g.page',
  'github.com',
  'gitlab.com',
  'goo.gl',
  'google.com',
  'instagram.com',
  'linkedin.com',
  'linktr.ee',
  'lnkd.in',
  'medium.com',
  'notion.so',
  'ow.ly',
  'pinterest.com',
  'reddit.com',
  't.co',
  't.me',
  'tiktok.com',
  'tinyurl.com',
  'twitter.com',
  'vimeo.com',
  'wa.me',
  'wixsite.com',
  'x.com',
  'xing.com',
  'yelp.com',
  'youtube.com',
])

/**
 * The registrable domain of a website as people write it: with or without scheme, credentials, port, path, `www.`. Empty
 * for addresses of machines, and for hosts of providers of mail beneath a domain of others. Settings have no say in it:
 * what is stored of an event does not depend on when they were changed.
 */
export function toWebsiteDomain(website: string, { free, disposable }: MailLists): string {
  const text = website.trim()
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`)
  if (!url || !/^https?:$/.test(url.protocol)) return ''
  const host = domainToASCII(url.hostname)
    .replace(/\.$/, '')
    .replace(/^www\./, '')
  const domain = getDomain(host, { allowPrivateDomains: true }) ?? ''
  return host !== domain && (free.has(host) || disposable.has(host)) ? '' : domain
}

/** Whether a group may have the domain: none of a provider of free mail, and none where anybody has a page. */
export const isOwnable = (domain: string, lists: CompanyLists): boolean =>
  lists.settings.notFreeMail.includes(domain) ||
  (!SHARED_HOSTS.has(domain) && toCompanyDomain(domain, lists) === domain)
