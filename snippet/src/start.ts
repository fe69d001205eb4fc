import { failures, guard } from './failures.ts'
import { features } from './features.ts'
import { openHost } from './open-host.ts'
import { readSettings } from './settings.ts'
import { startFeatures } from './tag-host.ts'
import { openTag, type Tag } from './tag.ts'

/** Puts the script to work behind a tag, once. Nothing happens without a key. */
export function start(tag: Tag, script: HTMLOrSVGScriptElement | null, chosen = features): void {
  if (tag.failures) return
  const settings = readSettings(tag.settings, script)
  if (!settings) return console.warn('leadline: the script element has no data-key')
  const host = openHost(settings)
  startFeatures(host, chosen)
  host.begin()
  openTag(tag, {
    failures,
    run: guard((call) => host.run(call)),
    user: guard(() => host.methods['user']?.()),
  })
}
