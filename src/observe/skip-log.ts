import type { Clock } from '../util/clock.ts'
import type { Logger } from '../util/logger.ts'
import type { Metrics } from './metrics.ts'

export interface SkipLogOptions {
  counter: Metrics['eventsSkipped']
  clock: Pick<Clock, 'after'>
  log: Pick<Logger, 'warn'>
  everyMs?: number
}

/** Logs how many events each plugin skipped and why, in each interval in which it skipped some. */
export function startSkipLog({ counter, clock, log, everyMs = 60_000 }: SkipLogOptions) {
  const logged = new Map<string, number>()
  let cancel = clock.after(everyMs, next)

  function next(): void {
    cancel = clock.after(everyMs, next)
    void report()
  }

  async function report(): Promise<void> {
    const { values } = await counter.get()
    for (const { labels, value } of values) {
      const key = `${labels.plugin} ${labels.why}`
      const events = value - (logged.get(key) ?? 0)
      logged.set(key, value)
      if (events === 0) continue
      const { plugin, why } = labels
      log.warn({ plugin, why, events }, 'events skipped and committed; the plugin never gets them')
    }
  }

  return {
    /** Logs the rest. */
    async stop(): Promise<void> {
      cancel()
      await report()
    },
  }
}
