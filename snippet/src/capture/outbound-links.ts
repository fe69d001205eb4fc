import { toWords } from '../loose-values.ts'
import type { Feature } from '../tag-host.ts'
import { LINK, onClick, readLink } from './clicks.ts'

/** `Outbound Link Clicked`: a link to another host. `data-outbound-links="shop.example"`: hosts of one's own, and what is beneath them. */
export const outboundLinks: Feature = (setting) => {
  const own = [location.hostname, ...(toWords(setting) ?? [])]
  onClick(LINK, (element) => {
    const link = readLink(element)
    const domain = link?.url.hostname ?? ''
    return link && !own.some((ending) => ('.' + domain).endsWith('.' + ending))
      ? ['Outbound Link Clicked', { ...link.properties, link_domain: domain }]
      : undefined
  })
}
