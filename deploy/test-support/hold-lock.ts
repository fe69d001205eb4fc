import { lockInstance } from '../src/instance/lock.ts'

/** Takes the lock of the path given and holds it until it is killed. */
const [path = ''] = process.argv.slice(2)
await lockInstance({
  path,
  directory: '',
  findHolder: () => Promise.resolve({ pid: undefined, healthy: true }),
  waitMs: 0,
  onWait: () => undefined,
})
console.log('locked')
setInterval(() => undefined, 1000)
