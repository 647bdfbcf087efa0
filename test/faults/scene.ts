import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { waitFor } from '../../src/dev/replicas/wait-for.ts'
import { type Random, seededRandom } from '../../src/dev/workload/random.ts'
import { type GroupOffset, groupOffsets } from '../../src/kafka/admin/group-offsets.ts'
import type { Cluster } from './cluster.ts'
import type { LogEntry } from './evidence.ts'
import { createLoad, type Load } from './load.ts'
import { rulesFor, type StoreName } from './plugin-rules.ts'
import { ReplicaSet } from './replicas.ts'
import { createTopic, widenTopic } from './topics.ts'
import type { Bookings } from './transactional-table.ts'

const PARTITIONS = 6
const SESSION_MS = 8_000
const CAUGHT_UP_MS = 300_000
const HELD_MS = 30_000
/** Postgres connections of a replica, of the server's hundred. */
const CONNECTIONS = 12

export interface SceneOptions {
  cluster: Cluster
  /** Part of the names of topics, group and folder. */
  name: string
  store: StoreName
  folder: string
  random: Random
  perSecond: number
  say(message: string): void
  signal: AbortSignal
}

/** Topics under load, and the replicas of a group that read them. */
export class Scene {
  readonly cluster: Cluster
  readonly store: StoreName
  readonly random: Random
  readonly signal: AbortSignal
  readonly say: (message: string) => void
  readonly groupId: string
  readonly folder: string
  readonly sessionMs = SESSION_MS
  readonly replicaSet: ReplicaSet
  readonly loads: Load[] = []
  /** Remarks of faults, printed with the verdict. */
  readonly notes: string[] = []
  /** The records that retention removed, and those of them that the group had not committed. */
  readonly removed = { all: [] as LogEntry[], unread: [] as LogEntry[] }
  isCoordinatorMoving = false
  readonly #perSecond: number
  readonly #partitionCounts = new Map<string, number>()
  #bookings: Bookings | undefined

  constructor(options: SceneOptions) {
    const { cluster, name, store, folder, random, perSecond, say, signal } = options
    this.cluster = cluster
    this.store = store
    this.random = random
    this.say = say
    this.signal = signal
    this.groupId = `faults.${name}`
    this.folder = join(folder, name)
    this.#perSecond = perSecond
    this.replicaSet = new ReplicaSet({
      folder: this.folder,
      signal,
      topics: () => this.topics,
      partitionsOf: (topic) => this.#partitionCounts.get(topic)!,
      environment: (topics, isProxied) => this.#environment(topics, isProxied),
    })
  }

  /** Creates what the replicas need, and starts them. */
  async setUp(replicas: number): Promise<void> {
    await mkdir(this.folder, { recursive: true })
    if (this.store === 'postgres') {
      const postgres = await this.cluster.postgres()
      this.#bookings = await postgres.open(this.groupId)
    }
    await this.addTopic()
    await this.replicaSet.startAll(replicas)
    await this.replicaSet.shared()
  }

  /** Sets the wall clock of all replicas: so many milliseconds beside the true time. */
  setClock(offsetMs: number): Promise<void> {
    return writeFile(this.#clockFile, String(offsetMs))
  }

  get #clockFile(): string {
    return join(this.folder, 'clock-offset-ms')
  }

  /** The topics that a replica would read if it started now. */
  get topics(): readonly string[] {
    return [...this.#partitionCounts.keys()]
  }

  /** The first of them. */
  get topic(): string {
    return this.topics[0]!
  }

  /** The table of the transactional plugin. */
  get bookings(): Bookings | undefined {
    return this.#bookings
  }

  /** Adds a topic for replicas that start from now on; returns its load, not started yet. */
  async addTopic(): Promise<Load> {
    const topic = `${this.groupId}.${this.topics.length + 1}`
    await createTopic(this.cluster, topic, { groupId: this.groupId, partitions: PARTITIONS })
    this.#partitionCounts.set(topic, PARTITIONS)
    const { cluster } = this
    // A separate generator, since the load's use of it depends on timing: what faults pick must
    // depend on the seed alone.
    const random = seededRandom(this.random.below(2 ** 31))
    const load = createLoad({ cluster, topic, random, perSecond: this.#perSecond })
    this.loads.push(load)
    return load
  }

  async widen(topic: string): Promise<void> {
    const partitions = this.#partitionCounts.get(topic)! + PARTITIONS / 2
    await widenTopic(this.cluster, topic, this.groupId, partitions)
    this.#partitionCounts.set(topic, partitions)
  }

  async startLoads(): Promise<void> {
    await Promise.all(this.loads.map((load) => load.start()))
  }

  async stopLoads(): Promise<void> {
    await Promise.all(this.loads.map((load) => load.stop()))
  }

  /**
   * A new coordinator briefly returns older commits. No samples are taken until it returns at least
   * what was committed before `work`.
   */
  async whileCoordinatorMoves(work: () => Promise<void>): Promise<void> {
    this.isCoordinatorMoving = true
    const before = await this.#offsets()
    await work()
    const isHeld = async () => {
      const now = await this.#offsets()
      return before.every(({ topic, partition, committed = 0 }) => {
        const held = now.find((each) => each.topic === topic && each.partition === partition)
        return (held?.committed ?? 0) >= committed
      })
    }
    const options = { timeoutMs: HELD_MS, signal: this.signal }
    await waitFor('the new coordinator to return the commits', isHeld, options)
    this.isCoordinatorMoving = false
  }

  /** Waits until the group has committed the end of all its topics. */
  async caughtUp(): Promise<void> {
    let seen = ''
    const isEven = async () => {
      const offsets = await this.#offsets()
      const behind = offsets.filter(({ committed, end }) => (committed ?? 0) !== end)
      seen = behind.map((each) => `${each.partition}: ${each.committed} of ${each.end}`).join(', ')
      return behind.length === 0
    }
    const options = { timeoutMs: CAUGHT_UP_MS, intervalMs: 500, signal: this.signal }
    await waitFor('the group to commit everything', isEven, { ...options, last: () => seen })
  }

  #offsets(): Promise<GroupOffset[]> {
    return groupOffsets(this.cluster.kafka, this.groupId, this.topics)
  }

  #environment(topics: readonly string[], isProxied: boolean): NodeJS.ProcessEnv {
    const { direct, proxied, config } = this.cluster
    return {
      ...process.env,
      KAFKA_BROKERS: isProxied ? proxied : direct,
      SCHEMA_REGISTRY_URL: config.SCHEMA_REGISTRY_URL,
      KAFKA_TOPICS: topics.join(','),
      KAFKA_GROUP_ID: this.groupId,
      PLUGINS: rulesFor(this.store).map(pluginFile).join(','),
      EVENTS_ENABLED: 'true',
      IDEMPOTENCY_STORE: this.#bookings?.url ?? 'kafka:',
      // A frozen replica must lose its claims before it is resumed.
      IDEMPOTENCY_LEASE_MS: String(SESSION_MS),
      IDEMPOTENCY_CONNECTIONS_MAX: String(CONNECTIONS),
      SESSION_TIMEOUT_MS: String(SESSION_MS),
      HTTP_PORT: '0',
      LOG_LEVEL: 'info',
      FAULTS_FOLDER: this.folder,
      CLOCK_OFFSET_FILE: this.#clockFile,
      NODE_OPTIONS: `--import=${new URL('./clock-step.mjs', import.meta.url)}`,
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
    }
  }
}

function pluginFile({ slug }: { slug: string }): string {
  return fileURLToPath(new URL(`./plugins/${slug}.ts`, import.meta.url))
}
