import { runService } from '../src/run-service.ts'

/** A service that does nothing but live: how it behaves stands in its one argument. */
const behaviour = process.argv[2]

await runService('plain', (log) => {
  if (behaviour === 'fails') return Promise.reject(new Error('the cupboard is bare; fill it'))
  if (behaviour === 'warns') log.warn('looks odd', { count: 3 })
  if (behaviour === 'warns often') setInterval(() => log.warn('looks odd'), 5)
  const living = setInterval(() => undefined, 1000)
  return Promise.resolve({
    url: 'http://127.0.0.1:1',
    report: () => {
      if (behaviour === 'report-fails') throw new Error('no numbers today')
      return { idle: true, steps: { accepted: 12 } }
    },
    stop: () => {
      clearInterval(living)
      if (behaviour === 'stop-hangs') return new Promise(() => setInterval(() => undefined, 1000))
      return behaviour === 'stop-fails' ? Promise.reject(new Error('stuck')) : Promise.resolve()
    },
  })
})
