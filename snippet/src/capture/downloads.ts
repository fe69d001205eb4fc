import { toWords } from '../loose-values.ts'
import type { Feature } from '../tag-host.ts'
import { LINK, onClick, readLink } from './clicks.ts'

const FILES =
  'pdf docx xlsx pptx doc xls ppt odt ods csv txt epub zip rar 7z gz exe msi dmg pkg apk mp3 mp4 mov'

/** `File Downloaded`: a link to a file of these extensions, or with the `download` attribute. `data-downloads="pdf ics"`: other extensions. */
export const downloads: Feature = (setting) => {
  const extensions: readonly unknown[] = toWords(setting) ?? FILES.split(' ')
  onClick(LINK, (element) => {
    const link = readLink(element)
    const name = link?.url.pathname.replace(/.*\//, '') ?? ''
    const [, extension] = /\.(\w+)$/.exec(name.toLowerCase()) ?? []
    return link && (element.hasAttribute('download') || extensions.includes(extension))
      ? ['File Downloaded', { ...link.properties, file_name: name, file_extension: extension }]
      : undefined
  })
}
