import { partitionName } from '../../event/record.ts'
import type { Intake, Obstacle } from '../../pipeline/source.ts'
import { redriveTopicOf } from '../../topics/names.ts'
import type { Logger } from '../../util/logger.ts'
import type { FetchWait } from '../fetch/judge-partition.ts'
import type { LeaderEpochs } from '../fetch/leader-epochs.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'
import type { EpochEnd } from '../records/fetch-answer.ts'
import { type OpeningPorts, openPartitions, type ToOpen } from './opening.ts'
import { type OwnedPartition, OwnedPartitions } from './owned-partition.ts'

export interface PartitionsPorts
  extends Omit<OpeningPorts, 'intake' | 'ready' | 'isCurrent' | 'onBegin' | 'onOpen'> {
  intake: Pick<Intake, 'begin' | 'release' | 'end'>
  fetcher: {
    add(owned: OwnedPartition, topicId: string | undefined, leaderEpochs: LeaderEpochs): void
    remove(owned: OwnedPartition): void
  }
  log: Logger
  /** Commits what is completed. */
  commit(): Promise<void>
  /** Resolves when no commit is under way. */
  commitsEnded(): Promise<void>
}

/**
 * The partitions that the group has assigned to this member, each of which is being opened or owned.
 * An owned one is fetched from the moment that it is open until it is handed over, lost, or reset.
 */
export class Partitions {
  readonly owned = new OwnedPartitions()
  readonly #ports: PartitionsPorts
  /** By name. Another object for the same partition is another opening of it. */
  readonly #assigned = new Map<string, ToOpen>()
  /** Those that are being handed over, by name: they are not opened any more. */
  readonly #leaving = new Set<string>()
  #areSuspended = false

  constructor(ports: PartitionsPorts) {
    this.#ports = ports
  }

  /** What this member holds, opened or not, as it reports to the group's leader. */
  get claims(): TopicPartition[] {
    return [...this.#assigned.values()].map(({ topic, partition }) => ({ topic, partition }))
  }

  mayTake(owned: { topic: string; partition: number }): boolean {
    return this.owned.get(owned.topic, owned.partition) === owned && this.#isOpen(owned)
  }

  /**
   * Opens what is new, and resumes what was suspended. Returns what is to be handed over, since it is
   * assigned no more.
   */
  assign(assigned: readonly TopicPartition[]): TopicPartition[] {
    const names = new Set(assigned.map(partitionName))
    this.#resume((owned) => names.has(partitionName(owned)))
    const added = assigned.filter((each) => !this.#assigned.has(partitionName(each)))
    this.#open(added)
    return this.claims.filter((each) => !names.has(partitionName(each)))
  }

  /**
   * Ends the partitions in order: what runs may end within the limit, what is completed is committed,
   * then they are not this member's any more.
   */
  async handOver(leaving: readonly TopicPartition[], limitMs: number): Promise<void> {
    for (const each of leaving) this.#leaving.add(partitionName(each))
    const owned = leaving.flatMap(({ topic, partition }) => this.owned.get(topic, partition) ?? [])
    for (const each of owned) this.#stop(each)
    await Promise.all(owned.map((each) => this.#ports.intake.release(each, limitMs)))
    if (owned.length > 0) await this.#ports.commit()
    for (const each of leaving) this.#drop(each)
  }

  /** Stops fetching all of them, until the next assignment. */
  suspend(): void {
    this.#areSuspended = true
    for (const each of this.owned) this.#stop(each)
  }

  /** The group has given them to others: nothing of them can be committed any more. */
  lose(places: readonly TopicPartition[]): void {
    for (const each of places) this.#drop(each)
  }

  /** Begins a new epoch where the log differs from what was read of it. */
  truncate(owned: OwnedPartition, divergence: EpochEnd): void {
    if (!this.mayTake(owned)) return
    const { leaderEpochs } = owned
    this.reset(owned, {
      next: leaderEpochs.divergesAt(divergence),
      cause: 'truncated',
      leaderEpochs,
    })
  }

  /**
   * Begins a new epoch at `next`, by default where the one before ends, if the log has it; the redrive
   * partition begins again with it.
   */
  reset(owned: OwnedPartition, how: Pick<ToOpen, 'next' | 'cause' | 'leaderEpochs'> = {}): void {
    const { topic, partition, ledger } = owned
    const redrive = { topic: redriveTopicOf(topic), partition }
    const hadRedrive = this.#assigned.has(partitionName(redrive))
    this.#drop({ topic, partition })
    this.#open([{ topic, partition, next: ledger.expected, ...how }])
    if (hadRedrive && !this.#assigned.has(partitionName(redrive))) this.#open([redrive])
  }

  /**
   * Begins a new epoch where the group stands, once what is being committed of this one has been. The
   * redrive partition begins again with it. One that is being handed over only ends.
   */
  redo({ topic, partition }: TopicPartition): void {
    if (this.owned.get(topic, partition) === undefined) return
    const places = [topic, redriveTopicOf(topic)]
      .map((each) => ({ topic: each, partition }))
      .filter((each) => this.#assigned.has(partitionName(each)))
      .filter((each) => !this.#leaving.has(partitionName(each)))
    this.#drop({ topic, partition })
    this.#open(places, this.#ports.commitsEnded())
  }

  /** Begins again with each partition whose topic was deleted and created again. */
  resetRecreated(): void {
    for (const owned of [...this.owned]) {
      const topicId = this.#ports.topicIdOf(owned.topic)
      const isKnown = topicId !== undefined && owned.topicId !== undefined
      owned.isTopicGone = topicId !== owned.topicId
      if (isKnown && topicId !== owned.topicId) this.reset(owned, { cause: 'recreated' })
    }
  }

  /** Continues an epoch behind what its log has lost. */
  skipTo(owned: OwnedPartition, offset: number): void {
    this.#stop(owned)
    if (offset > owned.ledger.expected) {
      owned.ledger.passTo(offset)
      owned.leaderEpochs.forget()
    }
    if (!this.#areSuspended) this.#start(owned)
  }

  obstacle(owned: OwnedPartition, obstacle: Obstacle | undefined): void {
    owned.waits('obstacle', obstacle?.why)
    if (obstacle === undefined) return
    const { topic, partition } = owned
    const level = obstacle.isExpected ? 'debug' : 'warn'
    this.#ports.log[level]({ topic, partition, why: obstacle.why }, 'partition paused')
  }

  /** Its next records are not given out yet; it is fetched all the same. */
  waits(owned: OwnedPartition, cause: FetchWait, why: string | undefined): void {
    owned.waits(cause, why)
    const { topic, partition } = owned
    // What can't be fetched is logged where it is tried.
    if (cause === 'fetching') return
    if (why === undefined) this.#ports.log.info({ topic, partition }, 'the transaction has ended')
    else this.#ports.log.warn({ topic, partition, why }, 'partition waits for a transaction')
  }

  #resume(isKept: (owned: OwnedPartition) => boolean): void {
    if (!this.#areSuspended) return
    this.#areSuspended = false
    for (const each of this.owned) if (each.isBegun && isKept(each)) this.#start(each)
  }

  #open(places: readonly ToOpen[], ready?: Promise<void>): void {
    // Each opening is known by its own object.
    const all = places.map((each) => ({ ...each }))
    for (const each of all) this.#assigned.set(partitionName(each), each)
    void openPartitions(all, {
      ...this.#ports,
      ready,
      isCurrent: (what) => {
        const name = partitionName(what)
        return this.#assigned.get(name) === what && !this.#leaving.has(name)
      },
      onBegin: (_, owned) => this.owned.add(owned),
      onOpen: (owned) => {
        owned.isBegun = true
        if (!this.#areSuspended && !this.#leaving.has(partitionName(owned))) this.#start(owned)
      },
    })
  }

  #isOpen({ topic, partition }: TopicPartition): boolean {
    return this.owned.get(topic, partition)?.isPrepared === true
  }

  #start(owned: OwnedPartition): void {
    owned.isPrepared = true
    this.#ports.fetcher.add(owned, owned.topicId, owned.leaderEpochs)
  }

  #stop(owned: OwnedPartition): void {
    owned.isPrepared = false
    this.#ports.fetcher.remove(owned)
    owned.forgetWaits()
  }

  /** Also its redrive partition, which shares lanes and marks with it; that one is opened again. */
  #drop(place: TopicPartition): void {
    this.#assigned.delete(partitionName(place))
    this.#leaving.delete(partitionName(place))
    const owned = this.owned.get(place.topic, place.partition)
    if (owned === undefined) return
    this.#stop(owned)
    this.owned.remove(owned)
    owned.lose()
    this.#ports.intake.end(owned)
    const redrive = this.owned.get(redriveTopicOf(place.topic), place.partition)
    if (redrive !== undefined) this.#drop(redrive)
  }
}
