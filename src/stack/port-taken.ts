import { InventoryEventsError } from '../event/errors.ts'

const TRIES = 5

/** As Java, Kafka, Quarkus, Docker, Postgres and Node say it. */
const TAKEN =
  /address already in use|EADDRINUSE|already bound|port is already allocated|in use by another process|ports are not available/i

/** A process that was to bind a port found it taken. */
export class PortTakenError extends InventoryEventsError {
  constructor(message: string) {
    super('STACK_UNAVAILABLE', message, { retryable: true })
  }
}

/** The error for a start that failed, by what was said about it. */
export function startError(message: string, said: string): InventoryEventsError {
  return TAKEN.test(said)
    ? new PortTakenError(message)
    : new InventoryEventsError('STACK_UNAVAILABLE', message)
}

/**
 * Starts something that binds ports which were picked before, and again where one was taken
 * meanwhile. Each try is told its number, picks ports of its own and leaves nothing when it fails.
 */
export async function retryTakenPorts<T>(start: (tries: number) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(tries)
    } catch (error) {
      if (tries === TRIES || !(error instanceof PortTakenError)) throw error
    }
  }
}
