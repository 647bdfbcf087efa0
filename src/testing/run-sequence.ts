import type { Event } from '../event/event.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { CrashStep } from './crash.ts'
import { type ProcessOptions, startProcess, type TestProcess } from './test-process.ts'

/** One record of a sequence. */
export interface Item {
  readonly event: Event
  /** Where the process ends when it is delivered for the first time. */
  readonly crash?: Crash
}

export interface Crash {
  readonly step: CrashStep
  /** How many records before it had not been committed yet, so that they are delivered again as well. */
  readonly uncommitted: number
}

export interface SequenceOptions extends Omit<ProcessOptions, 'plugin'> {
  /** The plugin of a new process. */
  boot(): Promise<LoadedPlugin>
  onUnwanted?(event: Event): void
}

/**
 * Delivers records one after the other. Where one says so, the process ends, and another one continues
 * from the last committed offset with what was kept until then.
 */
export async function runSequence(
  items: readonly Item[],
  { boot, kept, onUnwanted, ...options }: SequenceOptions,
): Promise<void> {
  const crashed = new Set<Item>()
  /** What was kept before each record. */
  const lengths: number[] = []
  for (let next = 0; next < items.length; ) {
    const process = await startProcess({ ...options, plugin: await boot(), kept }, next)
    next = await runUntilCrash(process, next)
  }

  /** Returns the offset at which the next process begins. */
  async function runUntilCrash(process: TestProcess, from: number): Promise<number> {
    for (const [index, item] of items.slice(from).entries()) {
      const offset = from + index
      lengths[offset] = kept.length
      const crash = crashed.has(item) ? undefined : item.crash
      if (!process.take(item.event, crash?.step)) onUnwanted?.(item.event)
      if ((await process.settled()) === 'settled') continue
      crashed.add(item)
      const committed = Math.max(0, offset - (crash?.uncommitted ?? 0))
      if (crash?.step !== 'after-mark') kept.revertTo(lengths[committed] as number)
      return committed
    }
    return items.length
  }
}
