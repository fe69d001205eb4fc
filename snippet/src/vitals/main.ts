import { onCLS, onFCP, onINP, onLCP, onTTFB, type MetricType } from 'web-vitals'
import { onLeave } from '../capture/page-leave.ts'
import { attempt } from '../failures.ts'
import { ensureTag } from '../tag.ts'

/** `Web Vitals Measured`, once per life of a page: what the browser knows of them when the page is left. */
function measure(): void {
  const tag = ensureTag()
  let measured: Record<string, unknown> = {}
  const keep = ({ name, value, navigationType }: MetricType): void => {
    measured['navigation_type'] = navigationType
    measured[name === 'CLS' ? 'cls' : `${name.toLowerCase()}_ms`] = Math.round(value * 10_000) / 10_000
  }
  for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) on(keep, { reportAllChanges: true })
  onLeave(() => {
    if (!Object.keys(measured)[0]) return
    void tag('track', 'Web Vitals Measured', measured)
    void tag('flush')
    measured = {}
  })
}

attempt(measure)
