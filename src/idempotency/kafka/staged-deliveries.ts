import type { MarkedOutcome } from '../../event/outcome.ts'
import type { StagedPartition, StateChange } from '../staged.ts'
import { stateName } from '../state-table.ts'
import { MARKS_PER_RECORD, packMarks, packOutcomes } from './mark-format.ts'
import type { Mark } from './mark-table.ts'

/** The completed deliveries of one owned partition that are not committed yet. */
export class StagedDeliveries {
  #marks: { mark: Mark; outcome: MarkedOutcome }[] = []
  /** The last change of each state. */
  #states = new Map<string, string | null>()

  get size(): number {
    return this.#marks.length
  }

  add(made: { mark: Mark; outcome: MarkedOutcome }, plugin: string, change?: StateChange): void {
    this.#marks.push(made)
    if (change !== undefined) this.#states.set(stateName(plugin, change.key), change.text)
  }

  /** What was staged before these. */
  prepend(older: StagedDeliveries): void {
    this.#marks = [...older.#marks, ...this.#marks]
    this.#states = new Map([...older.#states, ...this.#states])
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

  packed(topic: string, partition: number): StagedPartition {
    return {
      topic,
      partition,
      marks: this.#packedMarks(),
      states: [...this.#states].map(([name, text]) => ({ name, text })),
    }
  }
}
