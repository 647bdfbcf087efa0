import { partitionName } from '../../event/record.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import type { Logger } from '../../util/logger.ts'
import type { CommitHistory } from '../consumer/offset-reset.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'

export interface CommitHistoryOptions {
  clock: Pick<Clock, 'elapsedMs'>
  log: Pick<Logger, 'info' | 'warn'>
  /** Whether the control topic has a record of the partition, as far as it was read. */
  isRecorded(place: string): boolean
  /** Writes partitions, as `topic/partition`, to the control topic. */
  write(places: readonly string[]): Promise<void>
}

/** After a failed write. */
const RETRY_MS = 5_000

/**
 * The partitions that a group ever committed, recorded in its control topic. Brokers drop the offsets of a
 * group that has no members for `offsets.retention.minutes`; the records stay, so that a group whose
 * offsets are gone is not mistaken for a new one.
 */
export class RecordedCommits implements CommitHistory {
  #options: CommitHistoryOptions
  #written = new Set<string>()
  #retryAtMs = 0
  readonly #failures: FailureLog
  #isWriting = false

  constructor(options: CommitHistoryOptions) {
    this.#options = options
    this.#failures = new FailureLog(options)
  }

  has(partition: TopicPartition): boolean {
    return this.#isKnown(partitionName(partition))
  }

  add(partitions: Parameters<CommitHistory['add']>[0]): void {
    const committed = [...partitions].filter(({ committedOffset }) => committedOffset >= 0)
    const places = committed.map(partitionName).filter((place) => !this.#isKnown(place))
    if (places.length === 0 || this.#isWriting) return
    if (this.#options.clock.elapsedMs() < this.#retryAtMs) return
    void this.#write(places)
  }

  #isKnown(place: string): boolean {
    return this.#written.has(place) || this.#options.isRecorded(place)
  }

  async #write(places: readonly string[]): Promise<void> {
    const { clock } = this.#options
    this.#isWriting = true
    try {
      await this.#options.write(places)
      for (const place of places) this.#written.add(place)
      this.#failures.worked({}, 'the partitions that the group committed are recorded again')
    } catch (error) {
      this.#retryAtMs = clock.elapsedMs() + RETRY_MS
      this.#failures.failed({ error: messageOf(error) }, UNRECORDED)
    } finally {
      this.#isWriting = false
    }
  }
}

const UNRECORDED =
  'cannot record which partitions the group committed; if its offsets expire, that will not be noticed'
