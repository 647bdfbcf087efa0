import { join } from 'node:path'
import { createRegistry } from '../../src/avro/registry/registry.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { fetchKafka } from '../../src/dev/stack/kafka.ts'
import { retryTakenPorts } from '../../src/dev/stack/port-taken.ts'
import { pickPort } from '../../src/dev/stack/ports.ts'
import { fetchRegistry, registryUrl, startRegistry } from '../../src/dev/stack/registry.ts'
import type { Site } from '../../src/dev/stack/site.ts'
import { createKafka } from '../../src/kafka/client/client.ts'
import { createLogger } from '../../src/util/logger.ts'
import { type Broker, type BrokerPorts, prepareBroker } from './broker.ts'
import { type Node, type NodeSite, nodeAt } from './node.ts'
import { openLink, type ProxiedLink } from './proxy.ts'
import { type Postgres, startBookings } from './transactional-table.ts'

const BROKERS = 3

/** Brokers, each also behind a proxy, and a registry. */
export interface Cluster {
  brokers: readonly Broker[]
  proxies: readonly ProxiedLink[]
  registryNode: Node
  /** Started at the first call. */
  postgres(): Promise<Postgres>
  /** The log folders of brokers and registry. */
  folders: readonly string[]
  /** Where Kafka's own tools are kept. */
  jarsFolder: string
  /** Bootstrap lists in the format of KAFKA_BROKERS; `proxied` leads through the proxies only. */
  direct: string
  proxied: string
  config: ReturnType<typeof clusterConfig>
  kafka: ReturnType<typeof createKafka>
  registry: ReturnType<typeof createRegistry>
  /** Kills all of it. */
  end(): Promise<void>
}

export interface ClusterOptions {
  folder: string
  jarsFolder: string
  /** Default: 3. */
  brokers?: number
  /** Default: the newest supported version. */
  kafkaVersion?: string
  say(message: string): void
  signal: AbortSignal
}

export function startCluster(options: ClusterOptions): Promise<Cluster> {
  return retryTakenPorts(() => startOnce(options))
}

async function startOnce(options: ClusterOptions): Promise<Cluster> {
  const { folder, jarsFolder, say, signal, brokers: count = BROKERS } = options
  const registryPort = await pickPort()
  const undone: (() => Promise<unknown>)[] = []
  const end = async () => void (await Promise.allSettled(undone.map((undo) => undo())))
  try {
    const jars = await fetchKafka(siteOf(options), options.kafkaVersion)
    const registryNode = await prepareRegistry(options, registryPort)
    undone.push(registryNode.kill)
    const behindProxies = await pickMany(count)
    const proxies = await Promise.all(behindProxies.map((port) => openLink(port)))
    undone.push(...proxies.map(({ close }) => close))
    const all = await Promise.all(
      proxies.map(async ({ port: proxied }, i): Promise<BrokerPorts> => {
        const [direct, controller] = [await pickPort(), await pickPort()]
        return { direct, proxied, behindProxy: behindProxies[i]!, controller }
      }),
    )
    const ids = all.map((_, i) => i + 1)
    const prepare = (id: number) => prepareBroker({ id, all, folder, jars, signal })
    const brokers = await Promise.all(ids.map(prepare))
    undone.push(...brokers.map(({ kill }) => kill))
    say(`starting ${count === 1 ? 'a broker' : `${count} brokers`} and a registry`)
    await Promise.all([registryNode, ...brokers].map((node) => node.start()))
    const direct = addresses(all.map((each) => each.direct))
    const proxied = addresses(all.map((each) => each.proxied))
    const config = clusterConfig(direct, registryUrl(registryPort))
    const kafka = createKafka(config, createLogger('silent'))
    const registry = createRegistry(config)
    const folders = [registryNode, ...brokers].map(({ name }) => join(folder, name))
    const nodes = { brokers, proxies, registryNode, postgres: lazyPostgres(undone) }
    return { ...nodes, folders, jarsFolder, direct, proxied, config, kafka, registry, end }
  } catch (error) {
    await end()
    throw error
  }
}

function lazyPostgres(undone: (() => Promise<unknown>)[]): () => Promise<Postgres> {
  let postgres: Promise<Postgres> | undefined
  return () => {
    if (postgres === undefined) {
      const started = startBookings()
      undone.push(async () => (await started).remove())
      postgres = started
    }
    return postgres
  }
}

async function prepareRegistry(options: ClusterOptions, port: number): Promise<Node> {
  const program = await fetchRegistry(siteOf(options))
  const folder = join(options.folder, 'registry')
  const start = (site: NodeSite) => startRegistry({ ...siteOf(options), ...site }, program, port)
  return nodeAt(folder, 'registry', start, options.signal)
}

function siteOf({ folder, jarsFolder, signal }: ClusterOptions): Site {
  const launch = () => {
    throw new Error('nothing is launched here')
  }
  return { folder, jarsFolder, mark: '', say: () => undefined, launch, signal }
}

function clusterConfig(brokers: string, url: string) {
  const required = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] as const
  return loadConfig({ KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: url }, { required })
}

function addresses(ports: readonly number[]): string {
  return ports.map((port) => `127.0.0.1:${port}`).join(',')
}

function pickMany(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => pickPort()))
}
