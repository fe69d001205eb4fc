import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Pinned: a version range once picked a release whose parts were not all published. */
const KAFKA_VERSION = '4.3.1'
/** The broker's own dependencies bring log4j without the binding, so that it would log nothing. */
const LOG4J_BINDING_VERSION = '2.25.4'
const OLDEST_JAVA = 17

const cache = resolve(import.meta.dirname, '../../../.cache/kafka')
const jars = join(cache, `jars-${KAFKA_VERSION}`)
/** Classes as the JVM has them in memory: halves the start time. Ignored by another JVM build. */
export const classArchive = join(cache, `classes-${KAFKA_VERSION}.jsa`)
export const loggingProperties = join(cache, 'log4j2.properties')

export const hasJars = (): boolean => existsSync(jars)

export const classPath = (): string =>
  readdirSync(jars)
    .filter((file) => file.endsWith('.jar'))
    .sort()
    .map((file) => join(jars, file))
    .join(':')

/** Fetches the broker's published jars by Maven, about 44 MB. */
export function fetchJars(): void {
  requireTool({ name: 'Maven', isThere: () => run('mvn', ['-v']), debianPackage: 'maven' })
  const part = `${jars}.part-${process.pid}`
  const pom = join(cache, `pom-${process.pid}.xml`)
  mkdirSync(cache, { recursive: true })
  writeFileSync(pom, projectFile())
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${part}`]
  const fetched = spawnSync('mvn', ['-B', '-q', '-ntp', '-f', pom, ...goal], { encoding: 'utf8' })
  rmSync(pom)
  if (fetched.status !== 0)
    throw new Error(`Maven could not fetch Kafka's jars:\n${fetched.stdout}${fetched.stderr}`)
  writeFileSync(loggingProperties, LOGGING)
  // Whole or not at all: an interrupted fetch must not be taken for a complete one.
  if (hasJars()) rmSync(part, { recursive: true })
  else renameSync(part, jars)
}

/** Java of the age that Kafka needs. */
export function requireJava(): void {
  requireTool({ name: `Java ${OLDEST_JAVA}`, isThere: hasJava, debianPackage: 'default-jre-headless' })
}

function hasJava(): boolean {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' })
  const [, major] = /version "(\d+)/.exec(stderr ?? '') ?? []
  return Number(major ?? 0) >= OLDEST_JAVA
}

interface Tool {
  readonly name: string
  readonly isThere: () => boolean
  readonly debianPackage: string
}

/** Installs what is missing where that is allowed, else says exactly what to install. */
function requireTool({ name, isThere, debianPackage }: Tool): void {
  if (isThere()) return
  const mayInstall = process.getuid?.() === 0 && run('apt-get', ['--version'])
  if (mayInstall && run('apt-get', ['update', '-q'])) run('apt-get', ['install', '-q', '-y', debianPackage])
  if (!isThere())
    throw new Error(`${name} is needed for the test broker. Debian, Ubuntu: apt-get install ${debianPackage}`)
}

const run = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0

const dependency = (group: string, artifact: string, version: string): string =>
  `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`

const projectFile = (): string => `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
<groupId>leadline</groupId><artifactId>test-broker</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
${dependency('org.apache.kafka', 'kafka_2.13', KAFKA_VERSION)}
${dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', LOG4J_BINDING_VERSION)}
</dependencies></project>
`

const LOGGING = `status=error
appender.c.type=Console
appender.c.name=C
appender.c.layout.type=PatternLayout
appender.c.layout.pattern=%d %p %c{1} %m%n
rootLogger.level=warn
rootLogger.appenderRef.c.ref=C
logger.s.name=kafka.server.KafkaRaftServer
logger.s.level=info
`
