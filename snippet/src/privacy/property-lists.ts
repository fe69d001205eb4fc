import { toObject, type LooseObject } from '../loose-values.ts'
import type { Feature } from '../tag-host.ts'

/**
 * `data-properties="plan seats"`: only these properties and traits leave the page;
 * `data-properties="-email -phone"`: these do not. What a page event says about its own address stays.
 */
export const properties: Feature = ({ edits }, setting) => {
  if (typeof setting !== 'string') return
  const words = setting.split(' ')
  const denied = words.filter((word) => word.startsWith('-')).map((word) => word.slice(1))
  const allowed = words.filter((word) => !word.startsWith('-'))
  const filter = (values: unknown, kept: LooseObject): LooseObject =>
    Object.fromEntries(
      Object.entries(toObject(values)).filter(
        ([name]) => !denied.includes(name) && (!allowed.length || allowed.includes(name) || name in kept),
      ),
    )
  edits.push((event) => {
    const ofPage = event.type === 'page' ? { name: 1, category: 1, ...toObject(event.context['page']) } : {}
    if (event['properties']) event['properties'] = filter(event['properties'], ofPage)
    if (event['traits']) event['traits'] = filter(event['traits'], {})
  })
}
