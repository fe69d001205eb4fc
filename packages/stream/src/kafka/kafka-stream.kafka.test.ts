import { after, before } from 'node:test'
import { describeConformance } from '../../test-support/conformance.ts'
import { warmUp, type StreamSettings } from '../../test-support/stream-lab.ts'
import { startBroker, type Broker } from '../../test-broker/broker.ts'

let broker: Broker | undefined
const settings = (): StreamSettings => ({
  kind: 'kafka',
  brokers: broker?.brokers ?? [],
  clientId: 'conformance',
  ssl: false,
  replication: 1,
  compression: 'none',
})
before(async () => {
  broker = await startBroker()
  await warmUp(settings())
})
after(() => broker?.wipe())

describeConformance('Kafka', settings)
