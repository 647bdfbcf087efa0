import { type Clock, systemClock } from '../event/clock.ts'
import { InventoryEventsError } from '../event/errors.ts'
import type { Registry } from './registry.ts'

const TRIES_MAX = 5
const RETRY_MS = 500

/**
 * Registers a schema, a few times if the registry is not up to it at once. Somebody else may register
 * the very same meanwhile: then it is there, which will do.
 */
export async function registerPatiently(
  registry: Pick<Registry, 'register' | 'registeredId'>,
  subject: string,
  text: string,
  clock: Pick<Clock, 'sleep'> = systemClock,
): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return await registry.register(subject, text)
    } catch (error) {
      const id = await registry.registeredId(subject, text)
      if (id !== undefined) return id
      if (tries >= TRIES_MAX || !isRetryable(error)) throw error
    }
    await clock.sleep(RETRY_MS)
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof InventoryEventsError && error.retryable
}
