import { type CrashCounts, type CrashStore, crashKeyOf } from '../pipeline/admit/crash-counts.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import type { RunningCalls, TrackedCall } from './call-table.ts'

/** How long the end of the process may be held up to note why. */
export const RECORD_CRASH_TIMEOUT_MS = 3_000

const TRIES = 10
const RETRY_MS = 200

interface Edit {
  topic: string
  partition: number
  edit(counts: CrashCounts): void
}

/**
 * Notes who ends the process. The call on the thread does, for certain: nobody else gets a count, and
 * a suspect that runs gets back what was counted ahead of its call. Without one it may be any call
 * that runs: the suspect has its count already, the others become suspects. Tries for a while, then
 * rejects with what Kafka said.
 */
export async function recordCrash(
  calls: RunningCalls,
  notes: CrashStore,
  clock: Pick<Clock, 'sleep'> = systemClock,
): Promise<void> {
  for (const { topic, partition, edits } of byPartition(editsFor(calls))) {
    const edit = (counts: CrashCounts) => {
      for (const each of edits) each.edit(counts)
    }
    await insist(() => notes.change({ topic, partition }, edit), clock)
  }
}

async function insist(work: () => Promise<void>, clock: Pick<Clock, 'sleep'>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (tries === TRIES) throw error
    }
    await clock.sleep(RETRY_MS)
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

/** The same again at a second try, which may find what the first one wrote. */
function shifted(by: number) {
  let target: number | undefined
  return (counts: CrashCounts, key: string) => {
    target ??= Math.max(0, (counts.get(key) ?? 0) + by)
    counts.set(key, target)
  }
}

/** Nothing for a record whose place did not fit on the board. */
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
    const name = `${topic}/${partition}`
    const group = groups.get(name) ?? { topic, partition, edits: [] }
    group.edits.push(edit)
    groups.set(name, group)
  }
  return groups.values()
}
