import { groupOffsets } from '../../kafka/admin/group-offsets.ts'
import { systemClock } from '../../util/clock.ts'
import { failed } from '../replicas/wait-for.ts'
import { figure } from './check.ts'
import type { Run } from './run.ts'

const INTERVAL_MS = 500
const STALLED_MS = 60_000

/** Waits until the group has committed the end of every partition. Throws if there is no progress for STALLED_MS. */
export async function waitUntilCaughtUp(run: Run): Promise<void> {
  const { kafka, groupId, inputTopics, signal, say, show } = run
  say('waiting until everything is handled and committed')
  let best = -1
  let progressAtMs = Date.now()
  for (;;) {
    signal.throwIfAborted()
    const offsets = await groupOffsets(kafka, groupId, inputTopics)
    const end = offsets.reduce((sum, partition) => sum + partition.end, 0)
    const committed = offsets.reduce((sum, partition) => sum + (partition.committed ?? 0), 0)
    if (committed === end) return
    show(`committed ${figure(committed)} of ${figure(end)} records`)
    if (committed > best) [best, progressAtMs] = [committed, Date.now()]
    if (Date.now() - progressAtMs > STALLED_MS) throw stalled(groupId, committed, end)
    await systemClock.sleep(INTERVAL_MS, signal)
  }
}

function stalled(groupId: string, committed: number, end: number) {
  const where = `it has committed ${figure(committed)} of ${figure(end)} records`
  return failed(`waited ${STALLED_MS / 1000} s for group ${groupId} to commit more; ${where}`)
}
