import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { readLogRanges } from '../fetch/log-ranges.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'
import type { Cluster } from '../protocol/cluster.ts'

const POLL_MS = 50

export interface EndedPorts {
  cluster: Cluster
  clock: Pick<Clock, 'sleep'>
}

/**
 * Resolves when everything that is in these logs now can be read as committed: an open transaction
 * hides what others have committed after it. Brokers end one that is left behind by its time limit.
 * Rejects with KAFKA_UNAVAILABLE when `lost` aborts.
 */
export async function transactionsEnded(
  places: readonly TopicPartition[],
  lost: AbortSignal,
  { cluster, clock }: EndedPorts,
): Promise<void> {
  let ends: number[] | undefined
  while (!lost.aborted) {
    ends ??= highsOf(await readLogRanges(cluster, places))
    const committed = highsOf(await readLogRanges(cluster, places, { isCommittedOnly: true }))
    if (ends?.every((end, n) => committed !== undefined && committed[n]! >= end)) return
    if (ends === undefined || committed === undefined) await cluster.refresh().catch(() => {})
    await clock.sleep(POLL_MS, lost)
  }
  const message = 'the partition was lost while transactions of its states were open'
  throw new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}

/** Undefined if one of them is not known. */
function highsOf(answers: Awaited<ReturnType<typeof readLogRanges>>): number[] | undefined {
  const highs = answers.flatMap((each) => ('range' in each ? [each.range.high] : []))
  return highs.length === answers.length ? highs : undefined
}
