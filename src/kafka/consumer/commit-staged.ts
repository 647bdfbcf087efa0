import { partitionName } from '../../event/record.ts'
import type { Staged, StagedPartition } from '../../idempotency/staged.ts'
import { redriveTopicOf } from '../../topics/names.ts'
import type { MemberIdentity, Refusal } from '../member/member-options.ts'
import { TopicsRefused } from '../protocol/topics-refused.ts'
import type { CommitOffsets } from './committer.ts'

/**
 * How a transaction ended.
 * - `aborted`: nothing of it is or will be there; the same may be written by another one.
 * - `unknown`: all of it is there or nothing.
 */
export type TransactionOutcome =
  | { type: 'committed' }
  | { type: 'aborted'; error: Error }
  | { type: 'unknown'; error: Error }

type Offsets = Parameters<CommitOffsets>[0]

/** Commits offsets, as of a member in its generation, together with what was staged for them. */
export type CommitTogether = (
  staged: Pick<Staged, 'partitions'>,
  member: MemberIdentity,
  offsets: Offsets,
) => Promise<TransactionOutcome>

export interface CommitStagedPorts {
  commit(partitions: readonly StagedPartition[], offsets: Offsets): Promise<TransactionOutcome>
  /** Where the group stands in a partition; undefined if it is owned no more. */
  offsetOf(place: Offsets[number]): number | undefined
  /** What is in memory can be trusted no more, only what is read back. */
  onUnknown(error: Error): void
}

/**
 * Commits what is staged together with the offsets. Resolves with the offsets that were not committed, and
 * why.
 *
 * What a plugin has published may be for a topic that does not take it any more. Then its part waits, and
 * everything else is committed without it, but for the offsets of the partitions in which it has one: these
 * are named where they stand, since Kafka judges by them whether the member still is one. At each commit
 * the part is tried again, by itself.
 */
export async function commitStaged(
  staged: Staged,
  offsets: Offsets,
  { commit, offsetOf, onUnknown }: CommitStagedPorts,
): Promise<Refusal[]> {
  const withheld = new Map<string, Error>()
  const late = new Set(slugsOf(staged.partitions).filter((slug) => staged.withheld.has(slug)))
  const refusedAll = (error: Error) => offsets.map((each) => ({ ...each, error }))

  /** The rest first: what is refused may take long to be so. */
  for (;;) {
    const rest = staged.partitions.filter(({ plugin }) => !late.has(plugin))
    const outcome = await attempt(rest)
    if (outcome.type === 'committed') break
    if (outcome.type === 'unknown') return unknown(outcome.error)
    const culprits = publishersTo(outcome.error, rest)
    if (culprits.length === 0) {
      staged.putBack()
      return refusedAll(outcome.error)
    }
    for (const slug of culprits) {
      late.add(slug)
      withheld.set(slug, outcome.error)
    }
  }
  for (const slug of [...late].filter((each) => !withheld.has(each))) {
    late.delete(slug)
    const outcome = await attempt(staged.partitions.filter(({ plugin }) => plugin === slug))
    if (outcome.type === 'unknown') return unknown(outcome.error)
    if (outcome.type === 'committed') continue
    late.add(slug)
    withheld.set(slug, outcome.error)
  }
  staged.withhold(withheld)
  staged.putBack(late)
  return offsets.flatMap(({ topic, partition }) => {
    const slug = heldBy({ topic, partition })
    return slug === undefined ? [] : [{ topic, partition, error: withheld.get(slug)! }]
  })

  /** With the offsets that nothing which is left out has a part in. */
  async function attempt(partitions: readonly StagedPartition[]): Promise<TransactionOutcome> {
    const named = offsets.flatMap((each) => {
      if (heldBy(each) === undefined) return [each]
      const offset = offsetOf(each)
      return offset === undefined ? [] : [{ ...each, offset, leaderEpoch: UNKNOWN_EPOCH }]
    })
    if (named.length > 0) return commit(partitions, named)
    return { type: 'aborted', error: new Error('no partition is owned any more') }
  }

  /** The plugin whose part in the partition is left out. */
  function heldBy(place: { topic: string; partition: number }): string | undefined {
    const name = partitionName(place)
    return staged.partitions.find(
      ({ plugin, topic, partition }) =>
        late.has(plugin) &&
        (partitionName({ topic, partition }) === name ||
          partitionName({ topic: redriveTopicOf(topic), partition }) === name),
    )?.plugin
  }

  function unknown(error: Error): Refusal[] {
    onUnknown(error)
    return refusedAll(error)
  }
}

const UNKNOWN_EPOCH = -1

function slugsOf(partitions: readonly StagedPartition[]): string[] {
  return [...new Set(partitions.map(({ plugin }) => plugin))]
}

/** The plugins that have published to a topic which was refused. */
function publishersTo(error: Error, partitions: readonly StagedPartition[]): string[] {
  if (!(error instanceof TopicsRefused)) return []
  return slugsOf(
    partitions.filter(({ followUps }) => followUps.some(({ topic }) => error.topics.has(topic))),
  )
}
