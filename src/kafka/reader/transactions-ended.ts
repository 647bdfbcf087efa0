import { partitionName } from '../../event/record.ts'
import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { durationText } from '../../util/text/duration.ts'
import { readLogRanges } from '../fetch/log-ranges.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'
import type { Cluster } from '../protocol/cluster.ts'

const POLL_MS = 50
/**
 * Brokers end a transaction that is left behind by its time limit, seconds for those of replicas, when they
 * next look for such: every 10 s. One that is still open after so long may never end.
 */
const LIMIT_MS = 60_000

export interface EndedPorts {
  cluster: Cluster
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>
}

/**
 * Resolves when everything that is in these logs now can be read as committed: an open transaction
 * hides what others have committed after it. Rejects with KAFKA_UNAVAILABLE when `lost` aborts, and
 * when a transaction stays open, or the logs can't be asked, for a minute.
 */
export async function transactionsEnded(
  places: readonly TopicPartition[],
  lost: AbortSignal,
  { cluster, clock }: EndedPorts,
): Promise<void> {
  const limitMs = clock.elapsedMs() + LIMIT_MS
  let ends: number[] | undefined
  while (!lost.aborted) {
    ends ??= highsOf(await readLogRanges(cluster, places))
    const committed = highsOf(await readLogRanges(cluster, places, { isCommittedOnly: true }))
    const open = places.findIndex(
      (_, n) => ends === undefined || committed === undefined || committed[n]! < ends[n]!,
    )
    if (open === -1) return
    if (clock.elapsedMs() >= limitMs) throw stillOpen(places[open]!, committed?.[open])
    if (ends === undefined || committed === undefined) await cluster.refresh().catch(() => {})
    await clock.sleep(POLL_MS, lost)
  }
  throw unavailable('the partition was lost while transactions of its states were open')
}

/** Undefined if one of them is not known. */
function highsOf(answers: Awaited<ReturnType<typeof readLogRanges>>): number[] | undefined {
  const highs = answers.flatMap((each) => ('range' in each ? [each.range.high] : []))
  return highs.length === answers.length ? highs : undefined
}

function stillOpen(place: TopicPartition, committed: number | undefined): InventoryEventsError {
  const name = partitionName(place)
  const lasted = durationText(LIMIT_MS)
  if (committed === undefined) return unavailable(`cannot read the end of ${name} for ${lasted}`)
  return unavailable(
    `cannot read ${name} from offset ${committed} on: a transaction has been open there for ${lasted}; if brokers do not end it, Kafka's kafka-transactions.sh does`,
  )
}

function unavailable(message: string): InventoryEventsError {
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}
