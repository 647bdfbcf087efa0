import { partitionName } from '../../event/record.ts'
import { redriveInputOf } from '../../topics/names.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import type { Epoch, Obstacle } from '../source.ts'

/**
 * The input partitions that are open. Redriven events share the lanes, claims and marks of the input
 * partition that they came from, so they wait until it is open.
 */
export class RedriveGate {
  #open = new Map<string, Epoch>()
  /** Of input partitions that are waited for: resolved when they are open. */
  #opening = new Map<string, PromiseWithResolvers<void>>()

  add(epoch: Epoch): void {
    if (epoch.lost.aborted) return
    const name = partitionName(epoch)
    this.#open.set(name, epoch)
    this.#opening.get(name)?.resolve()
    this.#opening.delete(name)
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
    const opening = getOrInsert(this.#opening, name, () => Promise.withResolvers<void>())
    return { why, cleared: opening.promise }
  }
}
