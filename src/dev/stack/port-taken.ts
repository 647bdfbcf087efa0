import { InventoryEventsError } from '../../util/errors.ts'

const TRIES = 5

/** The messages of Java, Kafka, Quarkus, Docker, Postgres and Node. */
const TAKEN =
  /address already in use|EADDRINUSE|already bound|port is already allocated|in use by another process|ports are not available/i

/** Raised when a process finds the port that it should bind taken. */
export class PortTakenError extends InventoryEventsError {
  constructor(message: string) {
    super('STACK_UNAVAILABLE', message, { retryable: true })
  }
}

/** The error for a failed start: a PortTakenError if its output names a taken port. */
export function startError(message: string, output: string): InventoryEventsError {
  return TAKEN.test(output)
    ? new PortTakenError(message)
    : new InventoryEventsError('STACK_UNAVAILABLE', message)
}

/**
 * Starts something that binds ports picked beforehand, and retries if one was taken in the meantime.
 * `start` gets the number of the try, picks new ports for each and cleans up when it fails.
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
