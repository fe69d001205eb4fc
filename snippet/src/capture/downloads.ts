import type { Capture } from '../tag-host.ts'
import { onLinkClick, textOf } from './link-clicks.ts'
import { toWords } from './words.ts'

const FILE =
  /^(pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|txt|csv|key|epub|zip|rar|7z|gz|exe|msi|dmg|pkg|deb|apk|mp[34]|wav|mov|avi)$/

/** `File Downloaded`: a link to a file of these extensions, or with the `download` attribute. `data-downloads="pdf ics"`: other extensions. */
export const downloads: Capture = (host, setting) => {
  const words = toWords(setting)
  const isFile = (extension = ''): boolean => (words[0] ? words.includes(extension) : FILE.test(extension))
  onLinkClick(host, ({ href, pathname }, link) => {
    const name = pathname.replace(/.*\//, '')
    const extension = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase()
    if (!link.hasAttribute('download') && !isFile(extension)) return false
    host.call('track', 'File Downloaded', {
      link_url: href,
      link_text: textOf(link),
      file_name: name,
      file_extension: extension,
    })
    return true
  })
}
