import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { classArchive, classPath, loggingProperties } from './kafka-jars.ts'

export interface NodeOptions {
  readonly id: number
  readonly directory: string
  /** Content of the node's properties file. */
  readonly properties: string
  /** Further arguments of the format of its storage. */
  readonly formatArgs?: readonly string[] | undefined
  /** For measurements: more memory, and code that is compiled as well as it can be. */
  readonly isForLoad?: boolean | undefined
  /** Writes the classes it has loaded to that file when it stops. */
  readonly archiveTo?: string | undefined
}

/** Any 16 bytes in base64url. */
const CLUSTER_ID = 'AAAAAAAAQAC3kS_lYnPYkQ'
const START_LIMIT_MS = 60_000
/** Long, because the archive of classes is written while it stops. */
const STOP_LIMIT_MS = 60_000
/** Logged after the controller lets the broker serve clients; the port is open earlier than that. */
const READY_LINE = 'Kafka Server started'

/** One broker process. */
export class BrokerNode {
  readonly #options: NodeOptions
  #child: ChildProcess | undefined

  constructor(options: NodeOptions) {
    this.#options = options
  }

  /** Resolves when the node serves clients. */
  async start(): Promise<void> {
    this.launch()
    await this.ready()
  }

  /** Starts the process, and its storage the first time. A cluster is ready only when several nodes run. */
  launch(): void {
    if (this.#isRunning()) return
    const { directory, properties } = this.#options
    mkdirSync(directory, { recursive: true })
    writeFileSync(this.#file('server.properties'), properties)
    if (!existsSync(this.#file('data/meta.properties'))) this.#format()
    const log = openSync(this.#file('server.log'), 'w')
    const { archiveTo, isForLoad = false } = this.#options
    const dump = archiveTo === undefined ? [] : [`-XX:ArchiveClassesAtExit=${archiveTo}`]
    const java = ['java', ...dump, ...jvmFlags(isForLoad), 'kafka.Kafka', this.#file('server.properties')]
    const [command = 'java', ...args] = endingWithParent(java)
    this.#child = spawn(command, args, { stdio: ['ignore', log, log], cwd: directory })
    closeSync(log)
  }

  async ready(): Promise<void> {
    const end = Date.now() + START_LIMIT_MS
    while (!this.#log().includes(READY_LINE)) {
      if (!this.#isRunning() || Date.now() > end) {
        throw new Error(`Kafka node ${this.#options.id} did not start:\n${this.#log().slice(-2000)}`)
      }
      await sleep(25)
    }
  }

  /** In order: it hands its leaderships over. */
  async stop(): Promise<void> {
    const exited = this.#exited()
    // A paused JVM cannot handle SIGTERM.
    this.#signal('SIGCONT')
    this.#signal('SIGTERM')
    const limit = setTimeout(() => this.#signal('SIGKILL'), STOP_LIMIT_MS)
    await exited
    clearTimeout(limit)
  }

  async kill(): Promise<void> {
    const exited = this.#exited()
    this.#signal('SIGKILL')
    await exited
  }

  /** It answers nothing any more, but its connections stay open. */
  pause(): void {
    this.#signal('SIGSTOP')
  }

  resume(): void {
    this.#signal('SIGCONT')
  }

  #format(): void {
    const args = [
      'kafka.tools.StorageTool',
      'format',
      '-t',
      CLUSTER_ID,
      '-c',
      this.#file('server.properties'),
      ...(this.#options.formatArgs ?? []),
    ]
    const formatted = spawnSync('java', [...jvmFlags(), ...args], { encoding: 'utf8' })
    if (formatted.status !== 0)
      throw new Error(`format of a Kafka node failed:\n${formatted.stdout}${formatted.stderr}`)
  }

  #file(name: string): string {
    return join(this.#options.directory, name)
  }

  #log(): string {
    return readFileSync(this.#file('server.log'), 'utf8')
  }

  #isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  #signal(name: NodeJS.Signals): void {
    if (this.#isRunning()) this.#child?.kill(name)
  }

  async #exited(): Promise<void> {
    if (this.#isRunning()) await new Promise((resolve) => this.#child?.once('exit', resolve))
  }
}

/** What Kafka's own scripts give it. */
const AS_SHIPPED =
  '-server -Xms1g -Xmx1g -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35'
/** Few threads, code that is compiled at once: a test's broker starts in a second. */
const QUICK_TO_START = '-Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC'

function jvmFlags(isForLoad = false): string[] {
  const heap = (isForLoad ? AS_SHIPPED : QUICK_TO_START).split(' ')
  const archive = existsSync(classArchive) ? [`-XX:SharedArchiveFile=${classArchive}`] : []
  const quiet = ['-Xlog:cds=off', '-Xlog:cds+dynamic=off', `-Dlog4j2.configurationFile=${loggingProperties}`]
  return [...heap, '-Xshare:auto', ...archive, ...quiet, '-cp', classPath()]
}

/** A test run that is killed must not leave brokers behind; Linux can tie them to it. */
function endingWithParent(command: readonly string[]): readonly string[] {
  return existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', ...command] : command
}
