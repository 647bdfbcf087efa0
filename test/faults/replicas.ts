import { spawn } from 'node:child_process'
import { type Replica, startReplica } from '../../src/dev/replicas/replica.ts'
import { partitionsIn, unaccountedIn } from '../../src/dev/replicas/replica-counts.ts'
import { type Sample, scrape } from '../../src/dev/replicas/scrape.ts'
import { isSharedOut } from '../../src/dev/replicas/shared-out.ts'
import { waitFor } from '../../src/dev/replicas/wait-for.ts'
import { nowUs } from './commits.ts'

const SHARED_MS = 180_000
/** For so long after it was mended a process may still not have noticed what was done to it. */
const AFTERMATH_US = 30_000_000

/** What was done to a process, in microseconds of the machine's monotonic clock. */
export interface FaultWindow {
  pid: number
  fromUs: number
  toUs: number
}

export interface ReplicaSetOptions {
  folder: string
  signal: AbortSignal
  /** `isProxied`: it reaches the brokers through the proxies. */
  environment(topics: readonly string[], isProxied: boolean): NodeJS.ProcessEnv
  /** The topics that a replica started now reads, and the partitions that each has by now. */
  topics(): readonly string[]
  partitionsOf(topic: string): number
}

/** When a broker was down, on the same clock. */
export type Outage = Omit<FaultWindow, 'pid'>

/** The replicas of a group, with all that a fault may do to them. */
export class ReplicaSet {
  /** Those that are meant to be alive. */
  readonly replicas: Replica[] = []
  /** What was done to processes: what they had under way may be done again. */
  readonly hurts: FaultWindow[] = []
  /** While a broker is down marks may not be written, and partitions move on without them. */
  readonly outages: Outage[] = []
  /** What was found wrong on the way. */
  readonly problems: string[] = []
  /** By name, the topics that a replica was started with. */
  readonly #topics = new Map<string, readonly string[]>()
  readonly #options: ReplicaSetOptions
  readonly #stops: (() => Promise<unknown>)[] = []
  #started = 0
  /** The name of the one replica that reaches the brokers through the proxies. */
  #proxied: string | undefined

  constructor(options: ReplicaSetOptions) {
    this.#options = options
  }

  /** The replica behind the proxies; one is replaced where the last such one was taken away. */
  async proxied(): Promise<Replica> {
    const there = this.replicas.find(({ name }) => name === this.#proxied)
    if (there !== undefined) return there
    await this.stop(this.replicas[0]!)
    const replica = await this.start()
    await this.shared()
    return replica
  }

  /** Behind the proxies if no other one is. */
  async start(): Promise<Replica> {
    this.#started += 1
    const name = `replica-${this.#started}`
    this.#proxied ??= name
    const { folder, signal, environment } = this.#options
    const topics = [...this.#options.topics()]
    const env = environment(topics, name === this.#proxied)
    const options = { name, folder, env, outlives: false, signal }
    const replica = await startReplica(options, (stop) => this.#stops.push(stop))
    this.#topics.set(name, topics)
    this.replicas.push(replica)
    return replica
  }

  async startAll(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.start()))
  }

  /** Politely, as a deployment does. */
  async stop(replica: Replica): Promise<void> {
    this.#forget(replica)
    const end = await replica.stop()
    if (end !== 'exit 0') this.problems.push(`${replica.name}: expected exit 0, got ${end}`)
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.replicas].map((replica) => this.stop(replica)))
  }

  kill(replica: Replica): void {
    this.hurt(replica)
    this.#forget(replica)
    process.kill(replica.pid, 'SIGKILL')
  }

  /** Resolves to what wakes it. */
  freeze(replica: Replica): () => void {
    const healed = this.hurt(replica)
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
      healed()
    }
  }

  /** Notes that something is done to a process from now on; answers what notes the end of it. */
  hurt({ pid }: Replica): () => void {
    const hurt: FaultWindow = { pid, fromUs: nowUs(), toUs: Infinity }
    this.hurts.push(hurt)
    return () => {
      hurt.toUs = nowUs() + AFTERMATH_US
    }
  }

  /** Notes that a broker is down from now on; answers what notes that it is back. */
  outage(): () => void {
    const outage: Outage = { fromUs: nowUs(), toUs: Infinity }
    this.outages.push(outage)
    return () => {
      outage.toUs = nowUs()
    }
  }

  /**
   * Every live replica owns something, and every partition that any of them reads is owned once.
   * By then their books must be in order.
   */
  async shared(): Promise<void> {
    let seen = ''
    let samples: Sample[][] = []
    const isShared = async () => {
      this.requireAlive()
      samples = await Promise.all(this.replicas.map(scrapeIfAwake))
      const owned = samples.map(partitionsIn)
      seen = owned.map((each, i) => `${this.replicas[i]!.name} owns ${each.length}`).join(', ')
      return isSharedOut(owned, this.#partitions())
    }
    const { signal } = this.#options
    const what = 'the replicas to share the partitions'
    await waitFor(what, isShared, { timeoutMs: SHARED_MS, signal, last: () => seen })
    const unaccounted = unaccountedIn(samples.flat())
    if (unaccounted !== 0) this.problems.push(`${unaccounted} deliveries unaccounted for midway`)
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

  #partitions(): string[] {
    const topics = new Set(this.replicas.flatMap(({ name }) => this.#topics.get(name)!))
    return [...topics].flatMap((topic) =>
      Array.from({ length: this.#options.partitionsOf(topic) }, (_, i) => `${topic}/${i}`),
    )
  }

  #forget(replica: Replica): void {
    this.replicas.splice(this.replicas.indexOf(replica), 1)
    if (replica.name === this.#proxied) this.#proxied = undefined
  }
}

/** One that does not answer owns nothing, as far as anybody knows. */
async function scrapeIfAwake({ url }: Replica): Promise<Sample[]> {
  return scrape(url).catch(() => [])
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
