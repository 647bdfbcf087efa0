import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { withTimeout } from '../../util/with-timeout.ts'
import type { Committer } from './committer.ts'
import type { OwnedPartition } from './owned-partition.ts'

export interface LastCommitPorts {
  committer: Pick<Committer, 'commit' | 'isReady'>
  owned: Iterable<OwnedPartition>
  /** The group's committed offsets, by topic, then partition. */
  readCommitted(topics: string[]): Promise<Map<string, Map<number, number>>>
  clock: Clock
  log: Pick<Logger, 'warn'>
}

const LIMIT_MS = 5_000
const ANSWER_MS = 2_000
const RETRY_MS = 200

/**
 * Commits before the member leaves the group. There is no later commit to make up for this one, and
 * a rebalance may refuse it. So the committed offsets are read back, and the commit is repeated
 * until they match the watermarks or the limit is reached.
 */
export async function finalCommit(ports: LastCommitPorts): Promise<void> {
  const { clock, log } = ports
  if ([...ports.owned].length === 0) return
  const endMs = clock.now() + LIMIT_MS
  for (;;) {
    const problem = await problemOf(ports, endMs)
    if (problem === undefined) return
    if (clock.now() >= endMs) {
      return log.warn(
        { why: problem },
        'left the group without confirming the final commit; some events will be redelivered',
      )
    }
    await clock.sleep(RETRY_MS)
  }
}

/** Commits once. Returns why the commit is not confirmed; undefined if it is. */
async function problemOf(ports: LastCommitPorts, endMs: number): Promise<string | undefined> {
  const { committer, clock, owned } = ports
  const late = () => new Error('no response from the coordinator')
  try {
    await withTimeout(committer.commit(), endMs - clock.now(), late, clock)
    const all = [...owned]
    if (!committer.isReady) return undefined
    const asked = ports.readCommitted([...new Set(all.map(({ topic }) => topic))])
    const held = await withTimeout(asked, ANSWER_MS, late, clock)
    const missing = all.filter((owned) => isMissing(owned, held))
    return missing.length === 0 ? undefined : `${missing.map(nameOf).join(', ')} not committed`
  } catch (error) {
    return messageOf(error)
  }
}

/**
 * Also lowers `committedOffset` to what the coordinator has, so the next commit includes it again.
 */
function isMissing(owned: OwnedPartition, held: Map<string, Map<number, number>>): boolean {
  const offset = held.get(owned.topic)?.get(owned.partition) ?? -1
  owned.committedOffset = Math.min(owned.committedOffset, offset)
  return offset < owned.ledger.watermark
}

function nameOf({ topic, partition }: OwnedPartition): string {
  return `${topic}/${partition}`
}
