import { mkdir, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { java, waitUntilReady } from '../../src/dev/stack/process/launch.ts'
import { runCommand } from '../../src/dev/stack/process/run-command.ts'
import { brokerIsReady } from '../../src/dev/stack/readiness.ts'
import { InventoryEventsError } from '../../src/util/errors.ts'
import { type Node, nodeAt } from './node.ts'

export interface BrokerPorts {
  /** For all clients. */
  direct: number
  /** The proxy's port, which the listener behind it advertises. */
  proxied: number
  behindProxy: number
  controller: number
}

export interface Broker extends Node {
  id: number
  ports: BrokerPorts
}

export interface BrokerOptions {
  id: number
  all: readonly BrokerPorts[]
  folder: string
  jars: readonly string[]
  signal: AbortSignal
}

const READY_MS = 90_000
const FORMAT_MS = 60_000
const QUIET = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'
const CLUSTER_ID = Buffer.from('inventory-faults').toString('base64url')
const HEAP = ['-Xms192m', '-Xmx320m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

/** Prepares a combined broker and controller, without starting it. */
export async function prepareBroker(options: BrokerOptions): Promise<Broker> {
  const { id, all, jars, signal } = options
  const folder = join(options.folder, `broker-${id}`)
  const ports = all[id - 1]!
  const settings = join(folder, 'server.properties')
  const classpath = jars.join(delimiter)
  // An earlier try may have left data there, at other ports.
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(settings, properties(id, all, join(folder, 'data')))
  const tool = ['-cp', classpath, QUIET, 'kafka.tools.StorageTool', 'format']
  const format = [...tool, '-t', CLUSTER_ID, '-c', settings]
  const { exit, output } = await runCommand(java(), format, { timeoutMs: FORMAT_MS, signal })
  if (exit !== 0) {
    const message = `cannot prepare broker ${id} (${exit}): ${output}`
    throw new InventoryEventsError('STACK_UNAVAILABLE', message)
  }
  const node = nodeAt(
    folder,
    `broker-${id}`,
    async (site) => {
      const args = [...HEAP, QUIET, '-cp', classpath, 'kafka.Kafka', settings]
      const launched = site.launch({ name: 'broker', args })
      const address = `127.0.0.1:${ports.direct}`
      const isReady = () => brokerIsReady(address)
      await waitUntilReady(launched, `broker ${id}`, isReady, { timeoutMs: READY_MS, signal })
    },
    signal,
  )
  return { ...node, id, ports }
}

/** Automatic leader rebalancing is off: a fault moves leaders back when it wants to. */
function properties(id: number, all: readonly BrokerPorts[], dataFolder: string): string {
  const { direct, proxied, behindProxy, controller } = all[id - 1]!
  const voters = all.map((ports, i) => `${i + 1}@127.0.0.1:${ports.controller}`).join(',')
  const at = (port: number) => `127.0.0.1:${port}`
  const inSync = Math.min(2, all.length)
  return `process.roles=broker,controller
node.id=${id}
controller.quorum.voters=${voters}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://${at(direct)},PROXIED://${at(behindProxy)},CONTROLLER://${at(controller)}
advertised.listeners=PLAINTEXT://${at(direct)},PROXIED://${at(proxied)}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${dataFolder}
auto.create.topics.enable=false
auto.leader.rebalance.enable=false
group.initial.rebalance.delay.ms=0
default.replication.factor=${all.length}
min.insync.replicas=${inSync}
offsets.topic.replication.factor=${all.length}
offsets.topic.num.partitions=${OFFSETS_PARTITIONS}
transaction.state.log.replication.factor=${all.length}
transaction.state.log.min.isr=${inSync}
transaction.state.log.num.partitions=3
`
}

export const OFFSETS_PARTITIONS = 6
