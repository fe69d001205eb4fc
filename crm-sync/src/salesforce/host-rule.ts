import { SalesforceError } from './errors.ts'

const SALESFORCE_SUFFIX = /\.(?:salesforce\.com|force\.com|salesforce\.mil|sfcrmproducts\.cn)$/
/** What a browser shows: pages, no API. */
const PAGES = /\.lightning\.force\.com$/
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])

export const isLoopback = (url: string): boolean => LOOPBACK.has(new URL(url).hostname)

const isOfSalesforce = (hostname: string): boolean =>
  SALESFORCE_SUFFIX.test(hostname) && !PAGES.test(hostname)

/**
 * Credentials and records go to Salesforce over https, or to a simulated org on this machine when that is allowed.
 * Checked for the configured address and for the instance address that a token answer names.
 */
export function checkHost(url: string, allowLoopback: boolean): string {
  const { protocol, hostname, origin } = new URL(url)
  if (protocol === 'https:' && isOfSalesforce(hostname)) return origin
  if (allowLoopback && protocol === 'http:' && LOOPBACK.has(hostname)) return origin
  throw new SalesforceError({
    code: 'host_refused',
    class: 'auth',
    status: 0,
    detail: `${origin} is not an https address of Salesforce's API; set crm.loginUrl to the org's My Domain (allowLoopback accepts a simulated org)`,
    fields: [],
  })
}
