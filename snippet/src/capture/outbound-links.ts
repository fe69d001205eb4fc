import { isBeneath, toWords } from '../loose-values.ts'
import type { Feature } from '../tag-host.ts'
import { onLink } from './clicks.ts'

/** `Outbound Link Clicked`: a link to another host. `data-outbound-links="shop.example"`: hosts of one's own, and what is beneath them. */
export const outboundLinks: Feature = (setting) => {
  const own = [location.hostname, ...(toWords(setting) ?? [])]
  onLink(
    ({ hostname }, facts) =>
      !isBeneath(hostname, own) && ['Outbound Link Clicked', { ...facts, link_domain: hostname }],
  )
}
