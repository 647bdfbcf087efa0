import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import type { Logger } from '../../util/logger.ts'
import type { Cluster } from '../protocol/cluster.ts'

export interface TopicWatchPorts {
  cluster: Cluster
  topics: readonly string[]
  clock: Clock
  log: Logger
}

const INTERVAL_MS = 10_000
/** While a topic is missing. */
const MISSING_INTERVAL_MS = 2_000

/**
 * Asks for metadata at an interval until the signal aborts, so that partitions that were added, and
 * topics that were deleted or created again, are noticed. Logs topics that are missing.
 */
export async function watchTopics(ports: TopicWatchPorts, stopped: AbortSignal): Promise<void> {
  const { cluster, topics, clock } = ports
  const absences = new FailureLog(ports)
  const failures = new FailureLog(ports)
  while (!stopped.aborted) {
    const missing = topics.filter((topic) => cluster.missing.has(topic))
    if (missing.length > 0)
      absences.failed({ topics: missing }, 'topics are missing; the others are read')
    else absences.worked({}, 'all topics are there again')
    await clock.sleep(missing.length > 0 ? MISSING_INTERVAL_MS : INTERVAL_MS, stopped)
    if (stopped.aborted) return
    await cluster.refresh().catch((error) => {
      failures.failed({ error: messageOf(error) }, 'cannot ask for metadata; retrying')
    })
  }
}
