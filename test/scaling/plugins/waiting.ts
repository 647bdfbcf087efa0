import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { underWatch } from '../../faults/plugins/recording.ts'
import { requestsFileOf } from '../requests.ts'
import { CONCURRENCY, HANDLER_MS, waiting } from '../waiting.ts'
import { countRequests } from './request-counts.ts'

countRequests(join(process.env.FAULTS_FOLDER!, requestsFileOf(process.pid)))

/** Waits, like a plugin that calls another service. */
export default underWatch({
  slug: waiting.slug,
  concurrency: CONCURRENCY,
  async processEvent() {
    await setTimeout(HANDLER_MS)
  },
})
