import type { Clock } from '../util/clock.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { withTimeout } from '../util/with-timeout.ts'

export interface BrokerWatchOptions {
  /** Rejects when the brokers can't be reached. */
  ask(): Promise<unknown>
  clock: Clock
  log: Logger
}

export interface BrokerWatch {
  /** Why nothing can be written at the moment; undefined while it can. */
  trouble(): string | undefined
  stop(): void
}

const INTERVAL_MS = 2_000
const LIMIT_MS = 10_000

/** Asks the brokers now and then, so that requests need not wait in vain while they are away. */
export function watchBrokers({ ask, clock, log }: BrokerWatchOptions): BrokerWatch {
  const stopped = new AbortController()
  let trouble: string | undefined

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      note(await whyNot())
      await clock.sleep(INTERVAL_MS, stopped.signal)
    }
  }

  async function whyNot(): Promise<string | undefined> {
    try {
      await withTimeout(ask(), LIMIT_MS, late, clock)
      return undefined
    } catch (error) {
      return messageOf(error)
    }
  }

  function note(why: string | undefined): void {
    if (stopped.signal.aborted) return
    if (why !== undefined && trouble === undefined) log.warn({ why }, 'Kafka is away')
    if (why === undefined && trouble !== undefined) log.info('Kafka is back')
    trouble = why
  }

  void run()
  return { trouble: () => trouble, stop: () => stopped.abort() }
}

function late(): InventoryEventsError {
  const message = `no answer from Kafka within ${LIMIT_MS / 1000} s`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}
