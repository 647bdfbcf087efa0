import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { InventoryEventsError } from '../../util/errors.ts'
import { resolveJars } from './maven/maven.ts'
import type { Ports } from './ports.ts'
import { java, type Launched, waitUntilReady } from './process/launch.ts'
import { runCommand } from './process/run-command.ts'
import { brokerIsReady } from './readiness.ts'
import type { Site } from './site.ts'

const READY_MS = 60_000
const FORMAT_MS = 60_000
export const KAFKA_VERSION = '4.3.0'
const LOG_BINDING = 'org.slf4j:slf4j-simple:1.7.36'
const QUIET = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'

export function fetchKafka(site: Site, version = KAFKA_VERSION): Promise<string[]> {
  const { jarsFolder: folder, say: onProgress, signal } = site
  const artifacts = [`org.apache.kafka:kafka_2.13:${version}`, LOG_BINDING]
  return resolveJars({ name: 'kafka', artifacts, folder, onProgress, signal })
}

/** Starts a single broker that is its own controller. Data stays in `<folder>/kafka` for the next start. */
export async function startKafka(site: Site, jars: string[], ports: Ports): Promise<void> {
  const folder = join(site.folder, 'kafka')
  const settings = join(folder, 'server.properties')
  const classpath = jars.join(delimiter)
  const address = `127.0.0.1:${ports.kafka}`
  await mkdir(folder, { recursive: true })
  await writeFile(settings, properties(join(folder, 'data'), ports))
  await format(folder, settings, classpath, site)
  site.say(`kafka: starting at ${address}`)
  const kafka: Launched = site.launch({
    name: 'kafka',
    args: ['-Xmx512m', QUIET, '-cp', classpath, 'kafka.Kafka', settings],
  })
  const what = `Kafka at ${address} to respond`
  await waitUntilReady(kafka, what, () => brokerIsReady(address), { ...site, timeoutMs: READY_MS })
}

/** Formats the data folder, which Kafka requires; an incomplete format is discarded first. */
async function format(folder: string, settings: string, classpath: string, site: Site) {
  const done = join(folder, 'formatted')
  if (existsSync(done)) return
  await rm(join(folder, 'data'), { recursive: true, force: true })
  const tool = [site.mark, '-cp', classpath, QUIET, 'kafka.tools.StorageTool', 'format']
  const { exit, output } = await runCommand(java(), [...tool, '-t', CLUSTER_ID, '-c', settings], {
    timeoutMs: FORMAT_MS,
    signal: site.signal,
  })
  if (exit !== 0) {
    throw new InventoryEventsError(
      'STACK_UNAVAILABLE',
      `cannot format Kafka's data folder (${exit}): ${output}`,
    )
  }
  await writeFile(done, '')
}

/** Kafka requires 16 bytes in base64url. */
const CLUSTER_ID = Buffer.from('inventory-events').toString('base64url')

function properties(dataFolder: string, ports: Ports): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${ports.controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:${ports.kafka},CONTROLLER://127.0.0.1:${ports.controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${ports.kafka}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${dataFolder.replaceAll('\\', '/')}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=8
`
}
