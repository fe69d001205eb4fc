import { after, before } from 'node:test'
import { describeConformance } from '../../test-support/conformance.ts'
import { startBroker, type Broker } from '../../test-broker/broker.ts'

let broker: Broker | undefined
before(async () => (broker = await startBroker()))
after(() => broker?.wipe())

describeConformance('Kafka', () => ({
  kind: 'kafka',
  brokers: broker?.brokers ?? [],
  clientId: 'conformance',
  ssl: false,
  replication: 1,
  compression: 'none',
}))
