import { flaky, isDoomed, isUnlucky } from '../plugin-rules.ts'
import { underWatch } from './recording.ts'

/** Fails once for some events, and always for a few. */
export default underWatch({
  slug: flaky.slug,
  wantsProcessEvent: flaky.wants,
  retry: { maxAttempts: 3, initialDelayMs: 50, maxDelayMs: 200 },
  processEvent({ id }, { attempt }) {
    if (isDoomed(id)) throw new Error('this event is refused downstream')
    if (isUnlucky(id) && attempt === 1) throw new Error('the connection was reset')
  },
})
