import type { Command } from '../command.ts'
import { readEnvironment } from '../config.ts'
import { DEFAULT_DIRECTORY } from '../instance/instance-paths.ts'
import { MAX_BASE_PORT } from '../instance/ports.ts'
import { runInstance } from '../start/run-instance.ts'
import { listenForSignals } from '../start/wait-for-signal.ts'
import { dataFlag } from './data-flag.ts'

export const start: Command = {
  name: 'start',
  summary: 'run everything on this machine',
  details: [
    'Collector, resolver, crm-sync and console, and in place of outside services an embedded ClickHouse, an embedded',
    'stream, a simulated Salesforce org and a demo site. What --config says replaces a part; what it leaves out is',
    'filled in. When all is ready, DIR/endpoints.json tells where each part is. Ctrl-C stops in order; after a kill',
    'or a power cut the next start goes on where this one ended.',
  ].join('\n'),
  flags: {
    config: { type: 'string', value: 'FILE', help: 'Your leadline.yaml; only what differs from the default' },
    data: dataFlag,
    port: {
      type: 'string',
      value: 'N',
      help: 'Collector N, console N+1, sandbox N+2, clickhouse N+3, demo N+4; 0 picks free ones (default 4400)',
    },
    host: {
      type: 'string',
      value: 'H',
      help: 'Where the collector listens (default 127.0.0.1); the others stay on loopback',
    },
    seed: { type: 'string', value: 'N', help: 'Derive the keys of a new DIR from N, for reproducible runs' },
  },
  exitCodes: { 0: 'stopped on request', 1: 'could not start; the reason is the last line' },
  async run(flags, terminal) {
    const signals = listenForSignals()
    try {
      await runInstance({
        directory: flags.text('data') ?? DEFAULT_DIRECTORY,
        start: {
          config: flags.text('config'),
          port: flags.wholeNumber('port', { min: 0, max: MAX_BASE_PORT }),
          host: flags.text('host'),
          seed: flags.wholeNumber('seed', { min: 0, max: Number.MAX_SAFE_INTEGER }),
        },
        environment: readEnvironment(),
        terminal,
        signals,
      })
      return 0
    } finally {
      signals.dispose()
    }
  },
}
