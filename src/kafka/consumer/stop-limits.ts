import type { Clock } from '../../util/clock.ts'
import { settledWithin } from '../../util/with-timeout.ts'

/** Without Kafka, kafkajs goes on trying for long, and can't be told to stop. */
const LIMIT_MS = 1_000

/** How long handlers may take to end: briefly, if their signals have aborted since nothing can be committed. */
export function drainMs(limitMs: number, canCommit: boolean): number {
  return canCommit ? limitMs : Math.min(limitMs, LIMIT_MS)
}

/** Waits briefly for a start to end, so that what it started can be disconnected. */
export function startEnded(starting: Promise<void>, clock: Pick<Clock, 'after'>): Promise<void> {
  return settledWithin(starting, LIMIT_MS, clock)
}

/** Disconnects clients; waits briefly for each to say goodbye to its brokers. */
export function disconnected(
  clients: readonly ({ disconnect(): Promise<void> } | undefined)[],
  clock: Pick<Clock, 'after'>,
): Promise<void> {
  return settledWithin(Promise.all(clients.map((each) => each?.disconnect())), LIMIT_MS, clock)
}
