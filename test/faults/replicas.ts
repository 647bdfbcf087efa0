import { spawn } from 'node:child_process'
import { type Replica, startReplica } from '../../src/dev/replicas/replica.ts'
import { partitionsIn, unaccountedIn } from '../../src/dev/replicas/replica-counts.ts'
import { type Sample, scrape } from '../../src/dev/replicas/scrape.ts'
import { isSharedOut } from '../../src/dev/replicas/shared-out.ts'
import { waitFor } from '../../src/dev/replicas/wait-for.ts'
import { nowUs } from './commits.ts'

const SHARED_MS = 180_000
/** How long after the repair a process may still suffer from a fault. */
const AFTERMATH_US = 30_000_000

/** When a process was disturbed, in microseconds of the machine's monotonic clock. */
export interface FaultWindow {
  pid: number
  fromUs: number
  toUs: number
}

export interface ReplicaSetOptions {
  folder: string
  signal: AbortSignal
  /** `isProxied`: the replica reaches the brokers through the proxies. */
  environment(topics: readonly string[], isProxied: boolean): NodeJS.ProcessEnv
  /** The topics that a replica would read if it started now. */
  topics(): readonly string[]
  partitionsOf(topic: string): number
}

/** When a broker was down, on the same clock. */
export type Outage = Omit<FaultWindow, 'pid'>

/** The replicas of a group, and what faults do to them. */
export class ReplicaSet {
  /** The replicas that should be alive. */
  readonly replicas: Replica[] = []
  /** Deliveries in progress during a fault may be processed again. */
  readonly faultWindows: FaultWindow[] = []
  /** While a broker is down, partitions may move before marks are written. */
  readonly outages: Outage[] = []
  /** Problems found along the way. */
  readonly problems: string[] = []
  /** The topics that each replica was started with, by name. */
  readonly #topics = new Map<string, readonly string[]>()
  readonly #options: ReplicaSetOptions
  readonly #stops: (() => Promise<unknown>)[] = []
  #started = 0
  /** The name of the one replica that reaches the brokers through the proxies. */
  #proxied: string | undefined

  constructor(options: ReplicaSetOptions) {
    this.#options = options
  }

  /** The replica behind the proxies. If it has gone, another replica is replaced by a new one. */
  async proxied(): Promise<Replica> {
    const there = this.replicas.find(({ name }) => name === this.#proxied)
    if (there !== undefined) return there
    await this.stop(this.replicas[0]!)
    const replica = await this.start()
    await this.shared()
    return replica
  }

  /** Starts a replica, behind the proxies if no other one is. */
  async start(): Promise<Replica> {
    this.#started += 1
    const name = `replica-${this.#started}`
    this.#proxied ??= name
    const { folder, signal, environment } = this.#options
    const topics = [...this.#options.topics()]
    const env = environment(topics, name === this.#proxied)
    const options = { name, folder, env, signal }
    const replica = await startReplica(options, (stop) => this.#stops.push(stop))
    this.#topics.set(name, topics)
    this.replicas.push(replica)
    return replica
  }

  async startAll(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.start()))
  }

  /** Stops it gracefully, as a deployment does. */
  async stop(replica: Replica): Promise<void> {
    this.#forget(replica)
    const end = await replica.stop()
    if (end !== 'exit 0') this.problems.push(`${replica.name}: expected exit 0, got ${end}`)
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.replicas].map((replica) => this.stop(replica)))
  }

  kill(replica: Replica): void {
    this.openFaultWindow(replica)
    this.#forget(replica)
    process.kill(replica.pid, 'SIGKILL')
  }

  /** Returns a function that resumes it. */
  freeze(replica: Replica): () => void {
    const close = this.openFaultWindow(replica)
    // A frozen replica cannot notice that the suite has ended, so a guard process kills it then.
    const script = 'read -r _; kill -KILL "$1"'
    const guard = spawn('sh', ['-c', script, 'sh', String(replica.pid)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    process.kill(replica.pid, 'SIGSTOP')
    return () => {
      guard.kill('SIGKILL')
      process.kill(replica.pid, 'SIGCONT')
      close()
    }
  }

  /** Starts a fault window of a process; returns a function that ends it. */
  openFaultWindow({ pid }: Replica): () => void {
    const window: FaultWindow = { pid, fromUs: nowUs(), toUs: Infinity }
    this.faultWindows.push(window)
    return () => {
      window.toUs = nowUs() + AFTERMATH_US
    }
  }

  /** Starts a broker outage; returns a function that ends it. */
  outage(): () => void {
    const outage: Outage = { fromUs: nowUs(), toUs: Infinity }
    this.outages.push(outage)
    return () => {
      outage.toUs = nowUs()
    }
  }

  /**
   * Waits until every live replica owns a partition and every partition is owned once. No delivery
   * may be unaccounted for then.
   */
  async shared(): Promise<void> {
    let seen = ''
    let samples: Sample[][] = []
    const isShared = async () => {
      await this.requireAlive()
      samples = await Promise.all(this.replicas.map(scrapeIfAwake))
      const owned = samples.map(partitionsIn)
      seen = owned.map((each, i) => `${this.replicas[i]!.name} owns ${each.length}`).join(', ')
      return isSharedOut(owned, this.#partitions())
    }
    const { signal } = this.#options
    const what = 'the replicas to share the partitions'
    await waitFor(what, isShared, { timeoutMs: SHARED_MS, signal, last: () => seen })
    const unaccounted = unaccountedIn(samples.flat())
    if (unaccounted !== 0) this.problems.push(`deliveries unaccounted for midway: ${unaccounted}`)
  }

  /** Throws if a replica has ended by itself. */
  async requireAlive(): Promise<void> {
    for (const { name, ending } of this.replicas) {
      const end = await ending()
      if (end !== undefined) throw new Error(`${name} ended by itself: ${end}`)
    }
  }

  /** Ends all remaining processes. */
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

/** A replica that does not respond is assumed to own nothing. */
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
