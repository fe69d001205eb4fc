import { domainToASCII } from 'node:url'
import type { Settings, WorkspaceSettings } from '@leadline/contract'
import { ErasureBook, type Erased } from './control/erasures.ts'
import { createNodeHash, type NodeHash } from './identity/node-id.ts'
import type { PhoneRules } from './normalise/normalise-event.ts'
import { toJunkKey, toJunkPattern, type FurtherJunk } from './normalise/junk.ts'
import { readReferrers } from './attribution/referrers.ts'
import { createTouchFinder, type TouchFinder } from './attribution/touches.ts'
import type { CompanyLists } from './companies/company-of-mail.ts'
import type { MailLists } from './profile/mail-domains.ts'

/** A workspace's settings in the form in which events are processed. */
export interface Workspace {
  readonly id: number
  readonly settings: WorkspaceSettings
  readonly hash: NodeHash
  /** Without epochs: as if nobody had ever been erased. */
  readonly baseHash: NodeHash
  readonly erased: Erased
  readonly junk: FurtherJunk
  readonly phones: PhoneRules
  readonly lists: CompanyLists
  readonly findTouches: TouchFinder
}

export type Workspaces = ReadonlyMap<number, Workspace>

export const buildWorkspaces = (
  settings: Settings['workspaces'],
  lists: MailLists,
  erasures = new ErasureBook(),
): Workspaces => {
  const referrers = readReferrers()
  return new Map(
    settings.map((workspace) => {
      const erased = erasures.of(workspace.id)
      return [
        workspace.id,
        {
          id: workspace.id,
          settings: workspace,
          hash: createNodeHash(workspace.identityKey, (base) => erased.epochOf(base)),
          baseHash: createNodeHash(workspace.identityKey),
          erased,
          phones: {
            callingCode: workspace.identity.callingCode,
            bridgeDevices: workspace.identity.bridgeDevices,
          },
          junk: {
            values: new Set(workspace.identity.junk.map(toJunkKey)),
            patterns: workspace.identity.junkPatterns.map(toJunkPattern),
          },
          findTouches: createTouchFinder({ referrers, ownSites: workspace.attribution.ownSites }),
          lists: {
            ...lists,
            settings: {
              freeMail: workspace.companies.freeMail.map(toDomainKey),
              notFreeMail: workspace.companies.notFreeMail.map(toDomainKey),
            },
          },
        },
      ]
    }),
  )
}

/** As the domains of normalised addresses are written. */
const toDomainKey = (domain: string): string => domainToASCII(domain.trim().normalize('NFC').toLowerCase())
