import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { Latch } from '../../util/latch.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import type { Logger } from '../../util/logger.ts'
import { settledWithin } from '../../util/with-timeout.ts'
import { type CommitOffsets, Committer } from './committer.ts'
import type { OwnedPartition, OwnedPartitions } from './owned-partition.ts'

export interface CommitPorts {
  owned: OwnedPartitions
  clock: Clock
  log: Logger
  commitIntervalMs: number
  flush(): Promise<void>
  hasStaged(owned: OwnedPartition): boolean
  commit: CommitOffsets
  /** Whether the member is between two generations, in neither of which it may commit. */
  isJoining(): boolean
  onCommit(result: 'ok' | 'failed'): void
  /** After each commit of the interval. */
  onInterval(): void
}

const LAST_LIMIT_MS = 5_000
const LAST_RETRY_MS = 200

/** When commits are made: at an interval, before partitions are handed over, and before leaving. */
export class CommitLoop {
  readonly #ports: CommitPorts
  readonly #committer: Committer
  readonly #due = new Latch()
  readonly #failures: FailureLog

  constructor(ports: CommitPorts) {
    this.#ports = ports
    this.#failures = new FailureLog(ports)
    const onCommit = (error?: unknown) => this.#onCommit(error)
    this.#committer = new Committer({ ...ports, onCommit })
  }

  /** Commits soon, without waiting for the interval to pass. */
  wake(): void {
    this.#due.set()
  }

  async run(stopped: AbortSignal): Promise<void> {
    const { clock, commitIntervalMs, onInterval } = this.#ports
    stopped.addEventListener('abort', () => this.wake(), { once: true })
    while (!stopped.aborted) {
      await this.#due.wait(commitIntervalMs, clock)
      this.#due.clear()
      if (stopped.aborted || this.#ports.isJoining()) continue
      await this.#committer.commit()
      onInterval()
    }
  }

  commit(): Promise<void> {
    return this.#committer.commit()
  }

  /** Resolves when no commit is under way. */
  settled(): Promise<void> {
    return this.#committer.settled()
  }

  /** There is no later commit to make up for the last one of a partition, so it is tried again. */
  async commitLast(endMs = this.#ports.clock.elapsedMs() + LAST_LIMIT_MS): Promise<void> {
    const { clock } = this.#ports
    for (;;) {
      await this.#committer.commit()
      if (!this.#committer.isDue || clock.elapsedMs() >= endMs) return
      await clock.sleep(LAST_RETRY_MS)
    }
  }

  /** Before the member leaves. Logs it if something completed could not be committed. */
  async commitFinally(endMs: number): Promise<void> {
    const { clock, log } = this.#ports
    const limitMs = Math.max(0, endMs - clock.elapsedMs())
    await settledWithin(this.commitLast(endMs), limitMs, clock)
    if (this.#committer.isDue) log.warn({}, UNCONFIRMED)
  }

  #onCommit(error?: unknown): void {
    this.#ports.onCommit(error === undefined ? 'ok' : 'failed')
    const failed = { error: messageOf(error) }
    if (error === undefined) this.#failures.worked({}, 'commits work again')
    else this.#failures.failed(failed, 'commit failed; the next commit retries')
  }
}

const UNCONFIRMED =
  'left the group without confirming the final commit; some events will be redelivered'
