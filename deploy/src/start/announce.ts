import type { Endpoints } from '../instance/endpoints.ts'
import { formatPairs, formatSeconds } from '../terminal/table.ts'

/** What the operator reads when everything runs. */
export function buildAnnouncement(endpoints: Endpoints, directory: string, tookMs: number): string {
  const urls = [
    ['Demo site', endpoints.demo, 'look around, sign up, watch it arrive'],
    ['Console', endpoints.console, 'leads, companies, sessions, CRM log'],
    ['Salesforce', endpoints.sandbox, 'a simulated org, as a sales rep sees it'],
    ['Collector', endpoints.collector, `the tag is ${endpoints.collector}/leadline.js`],
  ] as const
  const width = Math.max(...urls.map(([, url]) => url?.length ?? 0))
  return [
    '',
    `Leadline is ready after ${formatSeconds(tookMs)}. Its data is in ${directory}.`,
    '',
    formatPairs(
      urls.flatMap(([label, url, note]) => (url === null ? [] : [[label, `${url.padEnd(width)}  ${note}`]])),
    ),
    '',
    'More: `npm run -s leadline -- status`, `npm run -s leadline -- simulate`. Ctrl-C stops it.',
  ].join('\n')
}
