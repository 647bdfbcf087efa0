import { onTestFinished } from 'vitest'
import { partitionName, type SourceRecord } from '../../src/event/record.ts'
import type { Epoch } from '../../src/pipeline/source.ts'
import { endpoints } from '../support/stack.ts'
import { createMember, type Member, type MemberOptions } from './member.ts'

export interface Take {
  by: string
  /** `topic/partition`. */
  place: string
  offset: number
  atMs: number
}

interface Holding {
  by: string
  epoch: Epoch
  fromMs: number
  toMs: number
}

/** Sees who holds which partition, and who takes which record, from outside of all members. */
export class Witness {
  readonly taken: Take[] = []
  readonly #held: Holding[] = []

  begins(by: string, epoch: Epoch): void {
    this.#held.push({ by, epoch, fromMs: performance.now(), toMs: Infinity })
  }

  ends(by: string, epoch: Epoch): void {
    const held = this.#held.find((each) => each.by === by && each.epoch === epoch)
    if (held !== undefined) held.toMs = performance.now()
  }

  takes(by: string, record: SourceRecord): void {
    const { offset } = record
    this.taken.push({ by, place: partitionName(record), offset, atMs: performance.now() })
  }

  by(name: string): Take[] {
    return this.taken.filter(({ by }) => by === name)
  }

  offsetsOf(place: string): number[] {
    return this.taken.filter((each) => each.place === place).map(({ offset }) => offset)
  }

  /** How often the partition was begun with. */
  epochsOf(place: string): number {
    return this.#held.filter(({ epoch }) => partitionName(epoch) === place).length
  }

  takenInLatestEpoch(place: string): number {
    const latest = this.#held.findLast(({ epoch }) => partitionName(epoch) === place)!
    return this.taken.filter((each) => each.place === place && each.atMs > latest.fromMs).length
  }

  /** The longest time between two records of the partition, one after the other. */
  longestGapMs(place: string, sinceMs: number): number {
    const times = this.taken.filter((each) => each.place === place && each.atMs >= sinceMs)
    return Math.max(0, ...times.slice(1).map(({ atMs }, i) => atMs - times[i]!.atMs))
  }

  /** Partitions that two members held at the same time. */
  get overlaps(): string[] {
    return this.#held.flatMap((one) =>
      this.#held
        .filter(
          (other) => other.by !== one.by && partitionName(other.epoch) === partitionName(one.epoch),
        )
        .filter((other) => one.fromMs <= other.fromMs && other.fromMs < one.toMs)
        .map((other) => `${partitionName(one.epoch)}: ${one.by} and ${other.by}`),
    )
  }
}

/** Starts a member of ours, which stops with the test. */
export async function startMember(
  options: Omit<MemberOptions, 'settings'> & Partial<Pick<MemberOptions, 'settings'>>,
): Promise<Member> {
  const settings = { KAFKA_BROKERS: endpoints().brokers, ...options.settings }
  const member = createMember({ ...options, settings })
  onTestFinished(async () => void (await member.consumer.stop(0)))
  await member.consumer.start()
  return member
}
