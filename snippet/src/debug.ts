import { host, type Feature } from './tag-host.ts'

/** `debug()` or `data-debug`: each call, and what became of it, in the browser's console. `debug(false)` ends it. */
export const debug: Feature = (setting) => {
  let isOn: unknown = setting !== undefined
  host.methods['debug'] = (on = true) => {
    isOn = on
  }
  host.gates.push((entry) => {
    const [, call, done] = entry
    if (isOn)
      entry[2] = (result) => {
        console.log('leadline', ...call, result)
        done?.(result)
      }
    return true
  })
}
