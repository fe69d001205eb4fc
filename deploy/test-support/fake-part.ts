import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { runService } from '@leadline/runtime'

/**
 * A part that does nothing but live and write down when it starts and stops.
 * Arguments: how it behaves, its name, and a file for its lines.
 */
const [behaviour = '', name = 'part', file = ''] = process.argv.slice(2)
const note = (line: string): void => appendFileSync(file, `${name} ${line}\n`)

note(`starts ${process.pid}`)
await runService(name, (log) => {
  if (behaviour === 'fails') return Promise.reject(new Error('the port is taken; choose another'))
  if (behaviour === 'crashes-once' && !existsSync(`${file}.crashed`)) {
    writeFileSync(`${file}.crashed`, '')
    setTimeout(() => process.exit(9), 50)
  }
  if (behaviour === 'warns') log.warn('disk is slow', { latencyMs: 900 })
  const living = setInterval(() => undefined, 1000)
  return Promise.resolve({
    url: `http://${name}`,
    report: () => ({ idle: behaviour !== 'busy', steps: { accepted: 3 } }),
    stop: () => {
      clearInterval(living)
      note('stops')
      return Promise.resolve()
    },
  })
})
