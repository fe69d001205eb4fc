import { createServer, type ServerResponse } from 'node:http'
import { Gauge, Registry } from 'prom-client'
import type { RunningService, ServiceReport } from './run-service.ts'

/** Metrics are for who runs the machine: nobody else is let in. */
const HOST = '127.0.0.1'

export interface MetricsServer {
  /** Where /metrics is, without a trailing slash. */
  readonly url: string
  stop(): Promise<void>
}

/** Serves the registry at /metrics on this machine; port 0 picks a free one. Rejects when the port is in use. */
export async function serveMetrics(registry: Registry, port: number): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    void answer(registry, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, resolve)
  })
  const address = server.address()
  const bound = typeof address === 'object' && address ? address.port : port
  return {
    url: `http://${HOST}:${bound}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What cannot be read now makes this scrape fail, and nothing else. */
async function answer(registry: Registry, response: ServerResponse): Promise<void> {
  try {
    const body = await registry.metrics()
    response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(body)
  } catch (error) {
    response.writeHead(503).end(error instanceof Error ? error.message : 'cannot be read')
  }
}

/** A registry of what a service says of itself when asked: `leadline status` and Prometheus then show the same figures. */
export function createReportRegistry(
  name: string,
  report: () => Promise<ServiceReport> | ServiceReport,
): Registry {
  const registry = new Registry()
  const gauge = (what: string, help: string, read: (said: ServiceReport) => number): Gauge =>
    new Gauge({
      name: `leadline_${name}_${what}`,
      help,
      registers: [registry],
      async collect() {
        this.set(read(await report()))
      },
    })
  gauge('idle', '1 while nothing is in hand or due', ({ idle }) => (idle ? 1 : 0))
  gauge('problems', 'What holds it up and may need a person', ({ problems = [] }) => problems.length)
  registry.registerMetric(
    new Gauge({
      name: `leadline_${name}_steps`,
      help: 'Figures of its report: running totals since the start, and what waits',
      labelNames: ['step'],
      registers: [],
      async collect() {
        const { steps } = await report()
        this.reset()
        for (const [step, count] of Object.entries(steps)) this.set({ step }, count)
      },
    }),
  )
  return registry
}

/** The service with metrics beside it, for as long as it runs; without a port it is as it was. */
export async function withMetrics(
  service: RunningService,
  registry: Registry,
  port: number | null,
): Promise<RunningService> {
  if (port === null) return service
  const metrics = await serveMetrics(registry, port)
  return {
    url: metrics.url,
    report: () => service.report(),
    stop: async () => {
      await metrics.stop()
      await service.stop()
    },
  }
}
