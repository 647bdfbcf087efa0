import { partitionName } from '../../event/record.ts'
import { redriveInputOf } from '../../topics/names.ts'
import type { Clock } from '../../util/clock.ts'
import type { Epoch, Obstacle } from '../source.ts'

const RETRY_MS = 500

/**
 * The input partitions that are open. Redriven events share the lanes, claims and marks of the input
 * partition that they came from, so they wait until it is open.
 */
export class RedriveGate {
  #open = new Map<string, Epoch>()
  #clock: Pick<Clock, 'sleep'>

  constructor(clock: Pick<Clock, 'sleep'>) {
    this.#clock = clock
  }

  add(epoch: Epoch): void {
    if (!epoch.lost.aborted) this.#open.set(partitionName(epoch), epoch)
  }

  remove(epoch: Epoch): void {
    const name = partitionName(epoch)
    if (this.#open.get(name) === epoch) this.#open.delete(name)
  }

  /** Why a redrive partition has to wait; undefined for an input partition. */
  obstacleTo({ topic, partition }: Epoch): Obstacle | undefined {
    const input = redriveInputOf(topic)
    if (input === undefined) return undefined
    const name = partitionName({ topic: input, partition })
    if (this.#open.has(name)) return undefined
    const why = `input partition ${name} is not open on this replica`
    return { why, cleared: this.#clock.sleep(RETRY_MS) }
  }
}
