import { methods } from './methods.ts'
import { gates, type Feature } from './tag-host.ts'

/** `debug()` or `data-debug`: each call, and what became of it, in the browser's console. `debug(false)` ends it. */
export const debug: Feature = (setting) => {
  let isOn: unknown = setting !== undefined
  methods['debug'] = (on = true) => {
    isOn = on
  }
  gates.push((entry) => {
    const [, call, done] = entry
    if (isOn)
      entry[2] = (result) => {
        console.log('leadline', ...call, result)
        done?.(result)
      }
  })
}
