import { toWords, toObject } from '../loose-values.ts'
import { edits, type Feature } from '../tag-host.ts'

/**
 * `data-properties="plan seats"`: only these properties and traits leave the page;
 * `data-properties="-email -phone"`: these do not. What a page event says about its own address stays.
 */
export const properties: Feature = (setting) => {
  const words = toWords(setting)
  if (!words) return
  const isDenying = words.every((word) => word.startsWith('-'))
  edits.push((event) => {
    const ofPage = Object(event.type === 'page' && event.context['page'])
    for (const kind of ['properties', 'traits']) {
      const data: Record<string, unknown> = { ...toObject(event[kind]) }
      event[kind] &&= data
      for (const name in data)
        if (words.includes('-' + name) || !(isDenying || words.includes(name) || name in ofPage))
          delete data[name]
    }
  })
}
