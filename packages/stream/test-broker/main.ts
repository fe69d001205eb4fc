import { fetchBroker, startBroker } from './broker.ts'

const USAGE = 'usage: main.ts fetch | start [NODES]   (start runs until it is interrupted)'

const [command, count = '1'] = process.argv.slice(2)
if (command === 'fetch') {
  await fetchBroker()
} else if (command === 'start' && /^[1-5]$/.test(count)) {
  const broker = await startBroker({ nodes: Number(count) })
  console.log(broker.brokers.join(','))
  const stayAwake = setInterval(() => undefined, 60_000)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      clearInterval(stayAwake)
      void broker.wipe()
    })
  }
} else {
  console.error(USAGE)
  process.exitCode = 2
}
