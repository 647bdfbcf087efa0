import type { MarkedOutcome } from '../../event/outcome.ts'
import type { FollowUpRecord } from '../../follow-up/follow-up.ts'
import type { StagedPartition, StateChange } from '../staged.ts'
import { stateName } from '../state-table.ts'
import { MARKS_PER_RECORD, packMarks, packOutcomes } from './mark-format.ts'
import type { Mark } from './mark-table.ts'
import type { StagedTotal } from './staged-total.ts'

interface Completed {
  mark: Mark
  outcome: MarkedOutcome
  followUps: readonly FollowUpRecord[]
}

/** The completed deliveries of a plugin in one owned partition that are not committed yet. */
export class StagedDeliveries {
  readonly #total: StagedTotal
  readonly #plugin: string
  #marks: { mark: Mark; outcome: MarkedOutcome }[] = []
  /** The last change of each state. */
  #states = new Map<string, string | null>()
  #followUps: FollowUpRecord[] = []
  #bytes = 0

  constructor(total: StagedTotal, plugin: string) {
    this.#total = total
    this.#plugin = plugin
  }

  get size(): number {
    return this.#marks.length
  }

  add({ mark, outcome, followUps }: Completed, change?: StateChange): void {
    this.#marks.push({ mark, outcome })
    let bytes =
      change === undefined ? 0 : this.#set(stateName(this.#plugin, change.key), change.text)
    for (const each of followUps) {
      this.#followUps.push(each)
      bytes += bytesOf(each)
    }
    this.#bytes += bytes
    this.#total.add(1, bytes)
  }

  /** They are not waiting any more: they are being committed, or are lost. */
  leave(): void {
    this.#total.add(-this.#marks.length, -this.#bytes)
  }

  /** What was staged before these, and left to be committed. */
  prepend(older: StagedDeliveries): void {
    this.leave()
    this.#marks = [...older.#marks, ...this.#marks]
    const newer = this.#states
    this.#states = new Map(older.#states)
    let bytes = older.#bytes + this.#followUps.reduce((sum, each) => sum + bytesOf(each), 0)
    for (const [name, text] of newer) bytes += this.#set(name, text)
    this.#bytes = bytes
    this.#followUps = [...older.#followUps, ...this.#followUps]
    this.#total.add(this.#marks.length, this.#bytes)
  }

  /** Returns how many bytes more there are. */
  #set(name: string, text: string | null): number {
    const before = Buffer.byteLength(this.#states.get(name) ?? '')
    this.#states.set(name, text)
    return Buffer.byteLength(text ?? '') - before
  }

  packed(topic: string, partition: number): Omit<StagedPartition, 'newestMs'> {
    return {
      plugin: this.#plugin,
      topic,
      partition,
      marks: this.#packedMarks(),
      states: [...this.#states].map(([name, text]) => ({ name, text })),
      followUps: this.#followUps,
    }
  }

  #packedMarks(): StagedPartition['marks'] {
    const records = Math.ceil(this.#marks.length / MARKS_PER_RECORD)
    return Array.from({ length: records }, (_, n) => {
      const some = this.#marks.slice(n * MARKS_PER_RECORD, (n + 1) * MARKS_PER_RECORD)
      return {
        value: packMarks(some.map(({ mark }) => mark)),
        outcomes: packOutcomes(some.map(({ outcome }) => outcome)),
      }
    })
  }
}

function bytesOf({ key, value, headers }: FollowUpRecord): number {
  return key.length + value.length + headers.size
}
