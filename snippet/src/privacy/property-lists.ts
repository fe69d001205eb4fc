import { toObject, toWords } from '../loose-values.ts'
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
    const ofPage = event.type === 'page' ? { name: 1, category: 1, ...toObject(event.context['page']) } : {}
    const leaves = (name: string): boolean =>
      !words.includes('-' + name) && (isDenying || words.includes(name) || name in ofPage)
    for (const data of ['properties', 'traits'])
      if (event[data])
        event[data] = Object.fromEntries(
          Object.entries(toObject(event[data])).filter(([name]) => leaves(name)),
        )
  })
}
