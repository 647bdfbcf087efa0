import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { withTimeout } from '../../util/with-timeout.ts'
import type { Committer } from './committer.ts'
import type { OwnedPartition } from './owned-partition.ts'

export interface LastCommitPorts {
  committer: Pick<Committer, 'commit' | 'isReady'>
  owned: Iterable<OwnedPartition>
  /** What the group's coordinator holds, by topic, then partition. */
  readCommitted(topics: string[]): Promise<Map<string, Map<number, number>>>
  clock: Clock
  log: Pick<Logger, 'warn'>
}

const LIMIT_MS = 5_000
const ANSWER_MS = 2_000
const RETRY_MS = 200

/**
 * Commits before the group is left. No later commit makes up for this one, and a rebalance may
 * refuse it: so the coordinator is asked what it holds, and the commit made again until it holds
 * what is completed, or the limit is reached.
 */
export async function finalCommit(ports: LastCommitPorts): Promise<void> {
  const { committer, clock, log } = ports
  const endMs = clock.now() + LIMIT_MS
  for (;;) {
    await committer.commit()
    const problem = committer.isReady ? await problemOf(ports) : undefined
    if (problem === undefined) return
    if (clock.now() >= endMs) {
      return log.warn({ why: problem }, 'left without the last commit: some events come again')
    }
    await clock.sleep(RETRY_MS)
  }
}

/** Why the last commit is not known to be there. */
async function problemOf(ports: LastCommitPorts): Promise<string | undefined> {
  const all = [...ports.owned]
  if (all.length === 0) return undefined
  try {
    const asked = ports.readCommitted([...new Set(all.map(({ topic }) => topic))])
    const late = () => new Error('the coordinator does not answer')
    const held = await withTimeout(asked, ANSWER_MS, late, ports.clock)
    const missing = all.filter((owned) => isMissing(owned, held))
    return missing.length === 0 ? undefined : `${missing.map(nameOf).join(', ')} not committed`
  } catch (error) {
    return messageOf(error)
  }
}

/** Also notes what is held, so that the next commit names the partition again. */
function isMissing(owned: OwnedPartition, held: Map<string, Map<number, number>>): boolean {
  const offset = held.get(owned.topic)?.get(owned.partition) ?? -1
  owned.committedOffset = Math.min(owned.committedOffset, offset)
  return offset < owned.ledger.watermark
}

function nameOf({ topic, partition }: OwnedPartition): string {
  return `${topic}/${partition}`
}
