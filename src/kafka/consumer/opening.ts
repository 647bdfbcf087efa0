import { partitionName } from '../../event/record.ts'
import type { Intake } from '../../pipeline/source.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import type { Logger } from '../../util/logger.ts'
import { LeaderEpochs } from '../fetch/leader-epochs.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'
import { type ResetCause, reasonOf, type Start } from './offset-reset.ts'
import { OwnedPartition } from './owned-partition.ts'
import type { OffsetsAnswer, PartitionOffsets } from './partition-offsets.ts'

/** A partition that is to be opened: what is known beforehand of where it begins. */
export interface ToOpen extends TopicPartition {
  /** Continues here instead of at the committed offset; the log may not have it. */
  readonly next?: number
  readonly cause?: ResetCause
  /** Of the records below `next`, where another epoch has read them. */
  readonly leaderEpochs?: LeaderEpochs
}

export interface OpeningPorts {
  intake: Pick<Intake, 'begin'>
  clock: Clock
  log: Logger
  /** What is to be awaited before offsets are read, if anything. */
  ready: Promise<void> | undefined
  readOffsets(places: readonly TopicPartition[]): Promise<Map<string, OffsetsAnswer>>
  topicIdOf(topic: string): string | undefined
  hasCommitted(partition: TopicPartition): boolean
  /** Throws OFFSET_OUT_OF_RANGE where the service must not start. */
  startOf(what: ToOpen, next: number | undefined, offsets: PartitionOffsets): Start
  /** Whether it is still to be opened. */
  isCurrent(what: ToOpen): boolean
  /** The epoch begins: it ends with the partition. */
  onBegin(what: ToOpen, owned: OwnedPartition): void
  /** Records may be fetched from where the ledger stands. */
  onOpen(owned: OwnedPartition): void
  onFailure(error: Error): void
}

const RETRY_MS = 500
/** How often offsets are read while one is gone or beyond its log's end: brokers may lag behind. */
const DOUBTFUL_READS = 5

/**
 * Finds where each partition continues and begins its epoch, until all are open or not wanted any
 * more. One that cannot be opened, such as of a missing topic, holds up no other.
 */
export async function openPartitions(all: readonly ToOpen[], ports: OpeningPorts): Promise<void> {
  const failures = new FailureLog(ports)
  if (ports.ready !== undefined) await ports.ready
  let left = all.filter(ports.isCurrent)
  for (let reads = 1; left.length > 0; reads += 1) {
    const problems = await attempt(left, reads, ports)
    left = left.filter((each) => problems.has(each) && ports.isCurrent(each))
    const [first] = left
    if (first === undefined) return
    const fields = { partition: partitionName(first), error: messageOf(problems.get(first)) }
    failures.failed({ ...fields, partitions: left.length }, 'cannot open a partition; retrying')
    await ports.clock.sleep(RETRY_MS)
  }
}

/** Those that could not be opened, and why. */
async function attempt(
  left: readonly ToOpen[],
  reads: number,
  ports: OpeningPorts,
): Promise<Map<ToOpen, unknown>> {
  const problems = new Map<ToOpen, unknown>()
  try {
    const offsets = await ports.readOffsets(left)
    for (const each of left.filter(ports.isCurrent)) {
      const known = offsets.get(partitionName(each))
      if (known === undefined || known instanceof Error) problems.set(each, known)
      else if (reads < DOUBTFUL_READS && isDoubtful(each, known, ports))
        problems.set(each, DOUBTFUL)
      else void open(each, known, ports)
    }
  } catch (error) {
    for (const each of left) problems.set(each, error)
  }
  return problems
}

const PREPARING = 'marks and states are read'
const DOUBTFUL = new Error('the next offset is gone, or beyond the end of the log')

function isDoubtful(what: ToOpen, known: PartitionOffsets, ports: OpeningPorts): boolean {
  if (what.cause === 'recreated') return false
  const next = what.next ?? known.committed
  const reason = reasonOf(next, known, ports.hasCommitted(what))
  return reason === 'beyond-end' || reason === 'expired'
}

async function open(what: ToOpen, offsets: PartitionOffsets, ports: OpeningPorts): Promise<void> {
  const start = startOf(what, offsets, ports)
  if (start === undefined) return
  const { offset } = start
  const { committed = -1 } = offsets
  // A commit beyond the end of the log must not stop us from committing a lower offset.
  const committedOffset = what.cause === 'recreated' || committed > offset ? -1 : committed
  const owned = new OwnedPartition(what.topic, what.partition, offset, committedOffset)
  owned.topicId = ports.topicIdOf(what.topic)
  owned.leaderEpochs = epochsOf(what, offset, offsets)
  owned.waits('preparing', PREPARING)
  ports.onBegin(what, owned)
  const failures = new FailureLog(ports)
  while (!owned.lost.aborted) {
    try {
      await ports.intake.begin(owned)
      owned.waits('preparing', undefined)
      if (!owned.lost.aborted) ports.onOpen(owned)
      return
    } catch (error) {
      owned.waits('preparing', messageOf(error))
      const fields = { partition: partitionName(what), error: messageOf(error) }
      failures.failed(fields, 'cannot prepare a partition; retrying')
      await ports.clock.sleep(RETRY_MS, owned.lost)
    }
  }
}

/** Nothing where the record before the start was not read. */
function epochsOf(what: ToOpen, start: number, offsets: PartitionOffsets): LeaderEpochs {
  if (what.leaderEpochs !== undefined && start === what.next) return what.leaderEpochs.until(start)
  const isCommitted = what.cause !== 'recreated' && start === offsets.committed
  if (!isCommitted || offsets.committedEpoch < 0) return new LeaderEpochs()
  return new LeaderEpochs([{ offset: start - 1, epoch: offsets.committedEpoch }])
}

/** Undefined if the service must not continue. */
function startOf(what: ToOpen, offsets: PartitionOffsets, ports: OpeningPorts): Start | undefined {
  try {
    return ports.startOf(what, what.next ?? offsets.committed, offsets)
  } catch (error) {
    ports.onFailure(error as Error)
    return undefined
  }
}
