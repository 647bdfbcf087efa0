import { setTimeout } from 'node:timers/promises'
import { underWatch } from '../../faults/plugins/recording.ts'
import { CONCURRENCY, HANDLER_MS, waiting } from '../waiting.ts'

/** Waits, as one that asks another service does. */
export default underWatch({
  slug: waiting.slug,
  concurrency: CONCURRENCY,
  async processEvent() {
    await setTimeout(HANDLER_MS)
  },
})
