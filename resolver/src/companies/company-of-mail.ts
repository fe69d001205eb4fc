import type { WorkspaceSettings } from '@leadline/contract'
import { getDomain } from 'tldts'
import type { MailLists } from '../profile/mail-domains.ts'

export interface MailFacts {
  /** Registrable domain of the company that the address speaks for; empty when it speaks for none. */
  readonly companyDomain: string
  /** The address is a function's (info@, sales@), not a person's. */
  readonly isRole: boolean
}

export type CompanyLists = MailLists & {
  readonly settings: Pick<WorkspaceSettings['companies'], 'freeMail' | 'notFreeMail'>
}

/** What a normalised mail address says about company and person. */
export function readMail(mail: string, lists: CompanyLists): MailFacts {
  const at = mail.lastIndexOf('@')
  const isRole = lists.roles.has(mail.slice(0, at).replace(/\+.*$/, ''))
  return { companyDomain: toCompanyDomain(mail.slice(at + 1), lists), isRole }
}

/**
 * The registrable domain, private suffixes included (`a.example.shop` and `b.example.shop` are different owners);
 * empty for free and disposable mail, addresses of machines, and names without a suffix. Host name in ASCII.
 */
export function toCompanyDomain(domain: string, lists: CompanyLists): string {
  const registrable = getDomain(domain, { allowPrivateDomains: true }) ?? ''
  const names = [domain, registrable]
  if (names.some((name) => lists.settings.notFreeMail.includes(name))) return registrable
  const isAnybodys = names.some(
    (name) => lists.free.has(name) || lists.disposable.has(name) || lists.settings.freeMail.includes(name),
  )
  return isAnybodys ? '' : registrable
}

/** What a company's id is the hash of, by the kind of company. */
export const toCompanyKey = (domain: string): string => `domain:${domain}`
export const toGroupKey = (groupId: string): string => `group:${groupId}`
