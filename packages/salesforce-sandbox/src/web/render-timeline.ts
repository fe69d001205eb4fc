import type { Timeline, TimelineEntry } from './collect-timeline.ts'
import { formatUrl, linkTo } from './format-value.ts'
import { markup, type Markup } from './markup.ts'
import type { Viewer } from './viewer.ts'

const TIME = new Intl.DateTimeFormat('en-US', { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' })
const DAY = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', timeZone: 'UTC' })
const MONTH = new Intl.DateTimeFormat('en-US', { month: 'long', timeZone: 'UTC' })

const MAX_ENTRIES = 200

/** The activity card: what is due, then what happened, by month. */
export function renderTimeline(viewer: Viewer, timeline: Timeline): Markup {
  const { upcoming, past } = timeline
  const recent = past.slice(0, MAX_ENTRIES)
  const months = [...Map.groupBy(recent, (entry) => monthKey(entry.atMs)).values()]
  return markup`<section class="card timeline">
<h2>Activity</h2>
<h3>Upcoming &amp; Overdue</h3>
${upcoming.length === 0 && markup`<p class="empty">No activities to show.</p>`}
<ol>${upcoming.map((entry) => renderEntry(viewer, entry))}</ol>
${months.map((entries) => renderMonth(viewer, entries))}
${past.length === 0 && markup`<p class="empty">No past activity. Website visits and completed tasks show up here.</p>`}
${recent.length < past.length && markup`<p class="empty">The newest ${MAX_ENTRIES} of ${past.length} are shown.</p>`}
</section>
`
}

function renderMonth(viewer: Viewer, entries: readonly TimelineEntry[]): Markup {
  const atMs = entries[0]?.atMs ?? 0
  return markup`<h3><span>${MONTH.format(atMs)} • ${new Date(atMs).getUTCFullYear()}</span>
<small>${nearness(viewer.org.clock.nowMs(), atMs)}</small></h3>
<ol>${entries.map((entry) => renderEntry(viewer, entry))}</ol>
`
}

function renderEntry(viewer: Viewer, entry: TimelineEntry): Markup {
  return markup`<li class="${entry.kind}" id="${entry.id}">
<div class="when">${entry.isWholeDay ? '' : `${TIME.format(entry.atMs)} | `}${DAY.format(entry.atMs)}</div>
<strong>${entry.title}</strong>${entry.personId !== null && markup` by ${linkTo(viewer, entry.personId)}`}
<div class="facts">${factsOf(entry).join(' · ')}</div>
${entry.summary !== null && markup`<p class="summary">${entry.summary}</p>`}
${entry.url !== null && markup`<p class="more">${formatUrl(entry.url)}</p>`}
</li>
`
}

function factsOf(entry: TimelineEntry): readonly string[] {
  const { pages, events, durationMs } = entry
  return [
    pages === null ? '' : `${pages} ${pages === 1 ? 'page' : 'pages'}`,
    events === null ? '' : `${events} ${events === 1 ? 'event' : 'events'}`,
    durationMs === null ? '' : toDuration(durationMs),
  ].filter(Boolean)
}

function toDuration(durationMs: number): string {
  const minutes = Math.round(durationMs / 60_000)
  if (minutes < 1) return `${Math.round(durationMs / 1000)} s`
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function monthKey(timeMs: number): number {
  const time = new Date(timeMs)
  return time.getUTCFullYear() * 12 + time.getUTCMonth()
}

function nearness(nowMs: number, timeMs: number): string {
  const months = monthKey(nowMs) - monthKey(timeMs)
  if (months === 0) return 'This Month'
  if (months === 1) return 'Last Month'
  return months > 0 ? `${months} months ago` : ''
}
