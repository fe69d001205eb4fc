import { failures, guard } from './failures.ts'
import { features } from './features.ts'
import { openHost } from './open-host.ts'
import { readSettings } from './settings.ts'
import { startFeatures } from './tag-host.ts'
import { ensureTag, openTag } from './tag.ts'

guard(start)()

function start(): void {
  const tag = ensureTag()
  if (tag.failures) return
  const settings = readSettings(tag.settings, document.currentScript)
  if (!settings) return console.warn('leadline: the script element has no data-key')
  const host = openHost(settings)
  startFeatures(host, features)
  host.begin()
  openTag(tag, {
    failures,
    run: guard((call) => host.run(call)),
    user: guard(() => host.methods['user']?.()),
  })
}
