import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { registerSchemas } from '../../src/cli/schema-subjects.ts'
import type { Random } from '../../src/demo/random.ts'
import { type Replica, startReplica } from '../../src/demo/replica.ts'
import { partitionsIn } from '../../src/demo/replica-counts.ts'
import { isSharedOut } from '../../src/demo/replicas.ts'
import { scrape } from '../../src/demo/scrape.ts'
import { waitFor } from '../../src/demo/wait-for.ts'
import { withAdmin } from '../../src/kafka/admin.ts'
import { createWithCompanions } from '../../src/kafka/create-topics.ts'
import { createMarksTopic } from '../../src/kafka/marks-topic.ts'
import type { Cluster } from './cluster.ts'

const PARTITIONS = 6
const SESSION_MS = 8_000
const SHARED_MS = 90_000
const PLUGINS = ['every', 'flaky', 'slow'].map((name) =>
  fileURLToPath(new URL(`./plugins/${name}.ts`, import.meta.url)),
)

export interface SceneOptions {
  cluster: Cluster
  /** Names topic, group and folder. */
  name: string
  folder: string
  random: Random
  say(message: string): void
  signal: AbortSignal
}

/** A topic, its group and the group's replicas, with all that a fault may do to them. */
export class Scene {
  readonly cluster: Cluster
  readonly random: Random
  readonly signal: AbortSignal
  readonly say: (message: string) => void
  readonly topic: string
  readonly groupId: string
  readonly folder: string
  readonly sessionMs = SESSION_MS
  /** Those that are meant to be alive. */
  readonly replicas: Replica[] = []
  /** Processes that were killed, frozen or cut off: what they had done may be done again. */
  readonly victims = new Set<number>()
  /** What was found wrong on the way. */
  readonly problems: string[] = []
  #stops: (() => Promise<unknown>)[] = []
  #started = 0
  /** The name of the one replica that reaches the brokers through the proxies. */
  #proxied: string | undefined

  constructor({ cluster, name, folder, random, say, signal }: SceneOptions) {
    this.cluster = cluster
    this.random = random
    this.say = say
    this.signal = signal
    this.topic = `faults.${name}`
    this.groupId = `faults.${name}`
    this.folder = join(folder, name)
  }

  /** Creates what the replicas need and starts them. */
  async setUp(replicas: number): Promise<void> {
    const { topic, cluster, groupId } = this
    await mkdir(this.folder, { recursive: true })
    await withAdmin(cluster.kafka, async (admin) => {
      const wanted = { partitions: PARTITIONS, replicationFactor: 3, configs: {} }
      await createWithCompanions(admin, topic, wanted)
      const owner = { groupId, ttlMs: cluster.config.IDEMPOTENCY_TTL_MS }
      await createMarksTopic(admin, topic, wanted, owner)
    })
    const topics = { inventory: topic, plugin: topic }
    await registerSchemas(cluster.registry, topics, () => undefined)
    await Promise.all(Array.from({ length: replicas }, () => this.start()))
    await this.shared()
  }

  get proxied(): Replica {
    return this.replicas.find(({ name }) => name === this.#proxied)!
  }

  /** Behind the proxies if no other one is. */
  async start(): Promise<Replica> {
    this.#started += 1
    const name = `replica-${this.#started}`
    this.#proxied ??= name
    const { cluster, folder, signal } = this
    const env = this.#environment(name === this.#proxied ? cluster.proxied : cluster.direct)
    const options = { name, folder, env, outlives: false, signal }
    const replica = await startReplica(options, (stop) => this.#stops.push(stop))
    this.replicas.push(replica)
    return replica
  }

  /** Politely, as a deployment does. */
  async stop(replica: Replica): Promise<void> {
    this.#forget(replica)
    const end = await replica.stop()
    if (end !== 'exit 0') this.problems.push(`${replica.name}: expected exit 0, got ${end}`)
  }

  kill(replica: Replica): void {
    this.victims.add(replica.pid)
    this.#forget(replica)
    process.kill(replica.pid, 'SIGKILL')
  }

  /** Resolves to what wakes it. */
  freeze(replica: Replica): () => void {
    this.victims.add(replica.pid)
    // It can't notice that the suite is gone while it is frozen: somebody else must.
    const script = 'read -r _; kill -KILL "$1"'
    const guard = spawn('sh', ['-c', script, 'sh', String(replica.pid)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    process.kill(replica.pid, 'SIGSTOP')
    return () => {
      guard.kill('SIGKILL')
      process.kill(replica.pid, 'SIGCONT')
    }
  }

  /** Every live replica owns something, and every partition is owned once. */
  async shared(): Promise<void> {
    const all = Array.from({ length: PARTITIONS }, (_, i) => `${this.topic}/${i}`)
    let seen = ''
    const isShared = async () => {
      this.requireAlive()
      const owned = await Promise.all(this.replicas.map(partitionsOf))
      seen = owned.map((each, i) => `${this.replicas[i]!.name} owns ${each.length}`).join(', ')
      return isSharedOut(owned, all)
    }
    const what = 'the replicas to share the partitions'
    await waitFor(what, isShared, { timeoutMs: SHARED_MS, signal: this.signal, last: () => seen })
  }

  /** Throws when a replica has ended that nobody ended. */
  requireAlive(): void {
    const dead = this.replicas.find(({ pid }) => !isAlive(pid))
    if (dead !== undefined) throw new Error(`${dead.name} ended by itself; see ${dead.logFile}`)
  }

  /** Ends whatever still runs. */
  async end(): Promise<void> {
    for (const { pid } of this.replicas) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    await Promise.allSettled(this.#stops.map((stop) => stop()))
  }

  #forget(replica: Replica): void {
    this.replicas.splice(this.replicas.indexOf(replica), 1)
    if (replica.name === this.#proxied) this.#proxied = undefined
  }

  #environment(brokers: string): NodeJS.ProcessEnv {
    return {
      ...process.env,
      KAFKA_BROKERS: brokers,
      SCHEMA_REGISTRY_URL: this.cluster.config.SCHEMA_REGISTRY_URL,
      KAFKA_TOPICS: this.topic,
      KAFKA_GROUP_ID: this.groupId,
      PLUGINS: PLUGINS.join(','),
      EVENTS_ENABLED: 'true',
      IDEMPOTENCY_STORE: 'kafka:',
      SESSION_TIMEOUT_MS: String(SESSION_MS),
      HTTP_PORT: '0',
      LOG_LEVEL: 'info',
      FAULTS_FOLDER: this.folder,
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
    }
  }
}

/** One that does not answer owns nothing, as far as anybody knows. */
async function partitionsOf({ url }: Replica): Promise<string[]> {
  return scrape(url).then(partitionsIn, () => [])
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
