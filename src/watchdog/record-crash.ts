import { partitionName } from '../event/record.ts'
import { type CrashCounts, type CrashStore, crashKeyOf } from '../pipeline/admit/crash-counts.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import { retry } from '../util/retry.ts'
import type { RunningCalls, TrackedCall } from './call-table.ts'

/** How long the end of the process may be delayed to record the crash. */
export const RECORD_CRASH_TIMEOUT_MS = 3_000

const ATTEMPTS = 10
const BACKOFF = { firstMs: 200, maxMs: 200 }

interface Edit {
  topic: string
  partition: number
  edit(counts: CrashCounts): void
}

/**
 * Records which call ends the process. If a call is on the thread, it is the culprit: only that
 * call is counted, and the count that a running suspect got before its call is taken back.
 * Otherwise any running call may be the culprit: a suspect has its count already, and the others
 * become suspects with a count of 0. Retries for about 2 s, then rejects with the last error.
 */
export async function recordCrash(
  calls: RunningCalls,
  store: CrashStore,
  clock: Pick<Clock, 'sleep'> = systemClock,
): Promise<void> {
  for (const { topic, partition, edits } of byPartition(editsFor(calls))) {
    const edit = (counts: CrashCounts) => {
      for (const each of edits) each.edit(counts)
    }
    const change = () => store.change({ topic, partition }, edit)
    await retry(change, { attempts: ATTEMPTS, backoff: BACKOFF, clock })
  }
}

function editsFor({ onThread, running }: RunningCalls): Edit[] {
  if (onThread === undefined) return running.flatMap((call) => editOf(call, suspected))
  const others = running.filter((call) => call.counted && !isSame(call, onThread))
  return [
    ...(onThread.counted ? [] : editOf(onThread, shifted(1))),
    ...others.flatMap((call) => editOf(call, shifted(-1))),
  ]
}

function isSame(a: TrackedCall, b: TrackedCall): boolean {
  return a.record === b.record && a.plugin === b.plugin
}

function suspected(counts: CrashCounts, key: string): void {
  counts.set(key, counts.get(key) ?? 0)
}

/** Idempotent: a retry sets the same count, even if the first attempt was written after all. */
function shifted(by: number) {
  let target: number | undefined
  return (counts: CrashCounts, key: string) => {
    target ??= Math.max(0, (counts.get(key) ?? 0) + by)
    counts.set(key, target)
  }
}

/** No edit for a record whose position was truncated in the call table. */
function editOf(
  { record, plugin }: TrackedCall,
  change: (counts: CrashCounts, key: string) => void,
): Edit[] {
  const [, topic, partition, offset] = /^(.+)\/(\d+)@(\d+)$/.exec(record) ?? []
  if (topic === undefined) return []
  const key = crashKeyOf(Number(offset), plugin)
  return [{ topic, partition: Number(partition), edit: (counts) => change(counts, key) }]
}

function byPartition(edits: Edit[]) {
  const groups = new Map<string, { topic: string; partition: number; edits: Edit[] }>()
  for (const edit of edits) {
    const { topic, partition } = edit
    const name = partitionName(edit)
    const group = groups.get(name) ?? { topic, partition, edits: [] }
    group.edits.push(edit)
    groups.set(name, group)
  }
  return groups.values()
}
