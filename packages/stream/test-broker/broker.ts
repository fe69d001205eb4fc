import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BrokerNode } from './broker-node.ts'
import { secureListener, type SecuredListener } from './secured-listener.ts'
import { classArchive, fetchJars, hasJars, requireJava } from './kafka-jars.ts'

export interface BrokerOptions {
  /** 1 to 5; each is broker and controller. Default 1. */
  readonly nodes?: number
  /** Where the nodes keep their data; default a new temporary directory. */
  readonly directory?: string
  /** Opens a second listener that speaks TLS and SASL to these users. One node. */
  readonly secured?: { readonly username: string; readonly password: string }
  /** For measurements: nodes with more memory and code that is compiled as well as it can be. */
  readonly isForLoad?: boolean
}

/** A real Apache Kafka on loopback. */
export interface Broker {
  /** host:port of each node. */
  readonly brokers: string[]
  /** Where it speaks TLS and SASL. */
  readonly secured: SecuredListener | undefined
  /** By number, from 1. */
  node(id: number): BrokerNode
  /** Stops all nodes; they can be started again. */
  stop(): Promise<void>
  /** Stops all nodes at once and deletes their data. */
  wipe(): Promise<void>
}

/** Jars, and an archive of the classes that a first start has loaded. Does nothing when they are there. */
export async function fetchBroker(): Promise<void> {
  requireJava()
  if (hasJars()) return
  fetchJars()
  const broker = await launch({ nodes: 1 }, classArchive)
  await broker.stop()
  await broker.wipe()
}

/** Starts nodes and resolves when they serve clients; fetches what is missing first. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  await fetchBroker()
  return await launch(options)
}

async function launch(
  { nodes: count = 1, directory, isForLoad, secured: user }: BrokerOptions,
  archiveTo?: string,
): Promise<Broker> {
  const root = directory ?? mkdtempSync(join(tmpdir(), 'leadline-broker-'))
  const [securedPort = 0, ...ports] = await freePorts(1 + count * 2)
  const [clientPorts, controllerPorts] = [ports.slice(0, count), ports.slice(count)]
  const secured = user && secureListener({ ...user, port: securedPort, directory: root })
  const nodes = clientPorts.map((_port, index) => {
    const own = join(root, `n${index + 1}`)
    const properties = toProperties({ id: index + 1, directory: own, clientPorts, controllerPorts, secured })
    return new BrokerNode({
      id: index + 1,
      directory: own,
      properties,
      formatArgs: secured?.formatArgs,
      archiveTo,
      isForLoad,
    })
  })
  const wipe = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.kill()))
    rmSync(root, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    for (const node of nodes) node.launch()
    await Promise.all(nodes.map((node) => node.ready()))
  } catch (error) {
    await wipe()
    throw error
  }
  return {
    brokers: clientPorts.map((port) => `127.0.0.1:${port}`),
    secured,
    node: (id) => {
      const node = nodes[id - 1]
      if (!node) throw new Error(`there is no node ${id}`)
      return node
    },
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
    wipe,
  }
}

interface Layout {
  readonly id: number
  readonly directory: string
  readonly clientPorts: readonly number[]
  readonly controllerPorts: readonly number[]
  readonly secured: SecuredListener | undefined
}

/** Short sessions, few internal partitions, no waiting for members: crash tests take seconds. */
function toProperties({ id, directory, clientPorts, controllerPorts, secured }: Layout): string {
  const [copies, inSync] = clientPorts.length < 3 ? [clientPorts.length, 1] : [3, 2]
  const voters = controllerPorts.map((port, index) => `${index + 1}@127.0.0.1:${port}`).join(',')
  return `node.id=${id}
process.roles=broker,controller
controller.listener.names=C
inter.broker.listener.name=B
controller.quorum.voters=${voters}
listeners=B://127.0.0.1:${clientPorts[id - 1]},C://127.0.0.1:${controllerPorts[id - 1]}${secured ? `,S://${secured.broker}` : ''}
listener.security.protocol.map=B:PLAINTEXT,C:PLAINTEXT,S:SASL_SSL
log.dirs=${join(directory, 'data')}
auto.create.topics.enable=false
default.replication.factor=${copies}
min.insync.replicas=${inSync}
offsets.topic.replication.factor=${copies}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=${copies}
transaction.state.log.min.isr=${inSync}
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=2097152
${secured?.properties ?? ''}`
}

/** Ports that nobody listens on; all are held until the last is known, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen))
  const ports = servers.map((server) => {
    const address = server.address()
    return address !== null && typeof address === 'object' ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

async function listen() {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return server
}
