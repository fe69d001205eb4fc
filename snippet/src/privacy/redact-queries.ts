import { toWords } from '../loose-values.ts'
import { edits, type Feature } from '../tag-host.ts'

/**
 * `data-redact="email token"`: the values of these query parameters leave the page as `redacted`,
 * in whatever address of an event they stand.
 */
export const redact: Feature = (setting) => {
  const names = toWords(setting)?.map((name) => name.replace(/\W/g, '\\$&'))
  if (!names) return
  const pattern = new RegExp(`([?&#](${names.join('|')})=)[^&#\\s]+`, 'gi')
  const clean = (_: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replace(pattern, '$1redacted') : value
  edits.push((event) => Object.assign(event, JSON.parse(JSON.stringify(event), clean)))
}
