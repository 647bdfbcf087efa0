import { type Clock, systemClock } from '../../util/clock.ts'
import type { Registry } from './registry.ts'

const TRIES_MAX = 5
const RETRY_MS = 500

/**
 * Registers a schema, a few times if the registry is not up to it at once. Somebody else may register
 * the very same meanwhile: then it is there, which will do.
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
      // A refusal may be another writer's doing as well: some registries answer 409 to two at once.
      if (tries >= TRIES_MAX) throw error
    }
    await clock.sleep(RETRY_MS)
  }
}
