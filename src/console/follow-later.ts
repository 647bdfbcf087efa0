import type { Clock } from '../util/clock.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { Followed } from './follow.ts'
import { Refused } from './http/route.ts'

const RETRY_MS = 2_000

export interface FollowLaterOptions {
  /** Follows the group; rejects while it can't. */
  follow(): Promise<Followed>
  clock: Clock
  log: Pick<Logger, 'info'>
}

/**
 * A group whose topics may not be there yet, as beside a new local stack. Until they are, whoever asks gets a 503 with
 * what is missing, which the page shows.
 */
export function followLater({ follow, clock, log }: FollowLaterOptions): Followed {
  const stopped = new AbortController()
  let followed: Followed | undefined
  let why = 'Kafka is being asked for the topics of the group'

  async function tryUntilThere(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        followed = await follow()
        if (stopped.signal.aborted) await followed.stop()
        return
      } catch (error) {
        if (messageOf(error) !== why) log.info({ why: messageOf(error) }, 'waiting')
        why = messageOf(error)
      }
      await clock.sleep(RETRY_MS, stopped.signal)
    }
  }

  async function stop(): Promise<void> {
    stopped.abort()
    await followed?.stop()
    await trying
  }

  const trying = tryUntilThere()
  return new Proxy({ stop } as Followed, {
    get(target, name) {
      if (name === 'stop') return target.stop
      if (followed === undefined) throw new Refused(503, why)
      return Reflect.get(followed, name)
    },
  })
}
