import type { Capture } from '../tag-host.ts'
import { onLinkClick, textOf } from './link-clicks.ts'
import { toWords } from './words.ts'

/** `Outbound Link Clicked`: a link to another host. `data-outbound-links="shop.example"`: hosts of one's own, and what is beneath them. */
export const outboundLinks: Capture = (host, setting) => {
  const own = [location.hostname, ...toWords(setting)]
  onLinkClick(host, ({ href, hostname }, link) => {
    if (own.some((domain) => `.${hostname}`.endsWith(`.${domain}`))) return false
    host.call('track', 'Outbound Link Clicked', {
      link_url: href,
      link_text: textOf(link),
      link_domain: hostname,
    })
    return true
  })
}
