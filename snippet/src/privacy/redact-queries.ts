import { host, type Feature } from '../tag-host.ts'

/**
 * `data-redact="email token"`: the values of these query parameters leave the page as `redacted`,
 * in whatever address of an event they stand.
 */
export const redact: Feature = (setting) => {
  if (typeof setting !== 'string') return
  const names = setting.replace(/[^\w ]/g, '\\$&').replace(/ /g, '|')
  const pattern = new RegExp(`([?&#](${names})=)[^&#\\s]+`, 'gi')
  const clean = (_: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replace(pattern, '$1redacted') : value
  host.edits.push((event) => Object.assign(event, JSON.parse(JSON.stringify(event), clean)))
}
