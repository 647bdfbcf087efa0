import { setTimeout } from 'node:timers/promises'
import { slow, slownessOf } from '../plugin-rules.ts'
import { underWatch } from './recording.ts'

/** Has calls in progress most of the time. */
export default underWatch({
  slug: slow.slug,
  wantsProcessEvent: slow.wants,
  async processEvent({ id }) {
    await setTimeout(slownessOf(id))
  },
})
