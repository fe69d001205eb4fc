import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVENT_TYPES, type EventType } from '@leadline/contract'
import { buildTag } from '@leadline/snippet'
import { bundle, openClientPage } from '../test-support/client-page.ts'
import { publicKey, startTestCollector } from '../test-support/test-collector.ts'
import { assertStored, specSet } from '../test-support/spec-set.ts'
import { byType, untilStored } from '../test-support/stored-events.ts'

const specs = JSON.stringify(specSet)

/** Positional forms, as the documentation of each library has them. */
const callAll = `
const { identify, track, page, screen, group, alias } = ${specs}
const optionsOf = ({ context, integrations, timestamp, anonymousId }) => ({ context, integrations, timestamp, anonymousId })
`

for (const deliveryStrategy of ['single', 'batching'] as const) {
  test(`@segment/analytics-next in Chromium, ${deliveryStrategy}: what is stored is what was said`, async (t) => {
    const collector = await startTestCollector(t)
    const batching = { strategy: 'batching', config: { size: 3, timeout: 200 } }
    const options = deliveryStrategy === 'batching' ? { 'Segment.io': { deliveryStrategy: batching } } : {}
    const script = await bundle(`
      import { AnalyticsBrowser } from '@segment/analytics-next'
      ${callAll}
      const analytics = AnalyticsBrowser.load(
        { writeKey: '${publicKey}', cdnURL: '${collector.url}' },
        { integrations: ${JSON.stringify(options)} })
      const flat = (call) => ({ ...optionsOf(call), ...call.context })
      window.done = (async () => {
        await analytics.identify(identify.userId, identify.traits, flat(identify))
        await analytics.track(track.event, track.properties, flat(track))
        await analytics.page(page.category, page.name, page.properties, flat(page))
        await analytics.screen(screen.category, screen.name, screen.properties, flat(screen))
        await analytics.group(group.groupId, group.traits, flat(group))
        await analytics.alias(alias.userId, alias.previousId, flat(alias))
      })()
    `)
    const page = await openClientPage(t, script)
    await page.evaluate('window.done')
    const stored = await untilStored(collector, EVENT_TYPES.length)
    for (const type of EVENT_TYPES) assertStored(byType(stored, type), specSet[type])
    assert.equal(stored.length, new Set(stored.map(({ event }) => event['messageId'])).size)
  })
}

const rudderstackTypes: readonly EventType[] = ['identify', 'track', 'page', 'group', 'alias']

test('@rudderstack/analytics-js in Chromium: what is stored is what was said', async (t) => {
  const collector = await startTestCollector(t)
  const script = await bundle(`
    import { RudderAnalytics } from '@rudderstack/analytics-js/bundled'
    ${callAll}
    const client = new RudderAnalytics()
    client.load('${publicKey}', '${collector.url}', { configUrl: '${collector.url}', logLevel: 'ERROR' })
    const options = ({ context, integrations, timestamp, anonymousId }) =>
      ({ ...context, integrations, originalTimestamp: timestamp, anonymousId })
    client.identify(identify.userId, identify.traits, options(identify))
    client.track(track.event, track.properties, options(track))
    client.page(page.category, page.name, page.properties, options(page))
    client.group(group.groupId, group.traits, options(group))
    client.alias(alias.userId, alias.previousId, options(alias))
  `)
  await openClientPage(t, script)
  const stored = await untilStored(collector, rudderstackTypes.length)
  for (const type of rudderstackTypes)
    assertStored(byType(stored, type), specSet[type], { areTraitsInContext: true, dropsNull: true })
  assert.ok(stored.every(({ envelope }) => envelope.dialect === 'rudderstack'))
})

test('@rudderstack/analytics-js with beacons: what is stored is what was said', async (t) => {
  const collector = await startTestCollector(t)
  const script = await bundle(`
    import { RudderAnalytics } from '@rudderstack/analytics-js/bundled'
    ${callAll}
    const client = new RudderAnalytics()
    client.load('${publicKey}', '${collector.url}', {
      configUrl: '${collector.url}', logLevel: 'ERROR', useBeacon: true, beaconQueueOptions: { flushQueueInterval: 300 } })
    client.track(track.event, track.properties, { ...track.context, integrations: track.integrations,
      originalTimestamp: track.timestamp, anonymousId: track.anonymousId })
  `)
  await openClientPage(t, script)
  const [stored] = await untilStored(collector, 1)
  assertStored(stored?.event, specSet.track, { without: ['track.userId'], dropsNull: true })
})

test('a browser that sends what can never be stored is told so once, and goes on with the rest', async (t) => {
  const collector = await startTestCollector(t)
  const script = await bundle(`
    import { AnalyticsBrowser } from '@segment/analytics-next'
    const analytics = AnalyticsBrowser.load({ writeKey: '${publicKey}', cdnURL: '${collector.url}' })
    window.done = (async () => {
      await analytics.track('Bad', JSON.parse('{"a":'.repeat(12) + '1' + '}'.repeat(12)))
      // A library that took the answer for a failure would try again after half a second.
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await analytics.track('Good')
    })()
  `)
  const page = await openClientPage(t, script)
  await page.evaluate('window.done')
  await untilStored(collector, 1)
  const metrics = await (await fetch(`${collector.url}/metrics`)).text()
  assert.match(metrics, /answers_total\{status="400"\} 1\n/)
})

const tagTypes: readonly EventType[] = ['identify', 'track', 'page', 'group', 'alias']

test('our tag in Chromium: what is stored is what was said', async (t) => {
  const { code, stub } = await buildTag()
  const collector = await startTestCollector(t)
  const script = `
    ${callAll}
    leadline.identify(identify.userId, identify.traits, optionsOf(identify))
    leadline.track(track.event, track.properties, optionsOf(track))
    leadline.page(page.category, page.name, page.properties, optionsOf(page))
    leadline.group(group.groupId, group.traits, optionsOf(group))
    leadline.alias(alias.userId, alias.previousId, optionsOf(alias))
  `
  const settings = JSON.stringify({ key: publicKey, host: collector.url })
  const head = `<script>${stub};leadline.settings=${settings}</script><script>${code}</script>`
  await openClientPage(t, script, head)
  const stored = await untilStored(collector, tagTypes.length)
  for (const type of tagTypes) assertStored(byType(stored, type), specSet[type])
})
