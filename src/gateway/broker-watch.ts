import type { Clock } from '../util/clock.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { withTimeout } from '../util/with-timeout.ts'

export interface BrokerWatchOptions {
  /** Rejects when the brokers can't be reached. */
  check(): Promise<unknown>
  clock: Clock
  log: Logger
}

export interface BrokerWatch {
  /** Why Kafka is unavailable; undefined while it is available. */
  trouble(): string | undefined
  stop(): void
}

const INTERVAL_MS = 2_000
const LIMIT_MS = 10_000

/** Checks the brokers periodically, so that requests fail at once while they are unavailable. */
export function watchBrokers({ check, clock, log }: BrokerWatchOptions): BrokerWatch {
  const stopped = new AbortController()
  let trouble: string | undefined

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      update(await failure())
      await clock.sleep(INTERVAL_MS, stopped.signal)
    }
  }

  async function failure(): Promise<string | undefined> {
    try {
      await withTimeout(check(), LIMIT_MS, late, clock)
      return undefined
    } catch (error) {
      return messageOf(error)
    }
  }

  function update(why: string | undefined): void {
    if (stopped.signal.aborted) return
    if (why !== undefined && trouble === undefined) log.warn({ why }, 'Kafka is unavailable')
    if (why === undefined && trouble !== undefined) log.info('Kafka is available again')
    trouble = why
  }

  void run()
  return { trouble: () => trouble, stop: () => stopped.abort() }
}

function late(): InventoryEventsError {
  const message = `no response from Kafka within ${LIMIT_MS / 1000} s`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}
