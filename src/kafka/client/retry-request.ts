import kafkajs from 'kafkajs'
import { type Clock, systemClock } from '../../util/clock.ts'
import { isMissingTopic } from './errors.ts'

const TRIES = 9
const WAIT_MS = { first: 100, most: 2_000 }

/**
 * What brokers answer, once they can. An admin client of kafkajs asks for offsets, leaders' and
 * group's, but once: it fails where a leader or coordinator just moved, or the connection went down
 * with its broker, though the next answer is a few hundred milliseconds away. Gives up after 8 s.
 */
export async function retryRequest<T>(
  ask: () => Promise<T>,
  clock: Pick<Clock, 'sleep'> = systemClock,
): Promise<T> {
  let waitMs = WAIT_MS.first
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask()
    } catch (error) {
      if (tries === TRIES || !isPassing(error)) throw error
    }
    await clock.sleep(waitMs)
    waitMs = Math.min(waitMs * 2, WAIT_MS.most)
  }
}

/** Not what kafkajs tried again by itself: of that it says that it is not worth another try. */
function isPassing(error: unknown): boolean {
  return error instanceof kafkajs.KafkaJSError && error.retriable && !isMissingTopic(error)
}
