import type { TagCall } from './tag.ts'
import type { Feature } from './tag-host.ts'

/** `debug()` or `data-debug`: each call, and what became of it, in the browser's console. `debug(false)` ends it. */
export const debug: Feature = (host, setting) => {
  const { run } = host
  let isOn = setting !== undefined
  host.methods['debug'] = (on = true) => {
    isOn = Boolean(on)
  }
  host.run = ([timeMs, call, done, page]: TagCall) => {
    const isLogged = isOn
    const settle = (result: unknown): void => {
      if (isLogged) console.log('leadline', ...call, result)
      done?.(result)
    }
    run([timeMs, call, settle, page])
  }
}
