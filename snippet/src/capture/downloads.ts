import { toWords } from '../loose-values.ts'
import type { Feature } from '../tag-host.ts'
import { onLink } from './clicks.ts'

const FILES =
  'pdf doc docx xls xlsx ppt pptx odt ods csv txt epub zip rar 7z gz exe msi dmg pkg apk mp3 mp4 mov'

/** `File Downloaded`: a link to a file of these extensions, or with the `download` attribute. `data-downloads="pdf ics"`: other extensions. */
export const downloads: Feature = (setting) => {
  const extensions: readonly unknown[] = toWords(setting) ?? FILES.split(' ')
  onLink((url, facts, link) => {
    const name = url.pathname.replace(/.*\//, '')
    const extension = /\.(\w+)$/.exec(name.toLowerCase())?.[1]
    return (
      (extensions.includes(extension) || link.hasAttribute('download')) && [
        'File Downloaded',
        { ...facts, file_name: name, file_extension: extension },
      ]
    )
  })
}
