import { type Clock, systemClock } from '../../util/clock.ts'
import type { Registry } from './registry.ts'

const TRIES_MAX = 5
const RETRY_MS = 500

/**
 * Registers a schema and returns its id, trying up to five times. If another client registers the
 * same schema in the meantime, its id is returned.
 */
export async function registerWithRetry(
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
      // A refusal is retried too: some registries return 409 to concurrent writers.
      if (tries >= TRIES_MAX) throw error
    }
    await clock.sleep(RETRY_MS)
  }
}
