// The theoretical limit: a number of concurrent timers, each restarted when it ends.
import { jobOf, tell } from '../lib/child.ts'
import { createMeter } from '../lib/meter.ts'

const { concurrency, waitMs, records } = jobOf<{
  concurrency: number
  waitMs: number
  records: number
}>()
const meter = createMeter()
let left = records
meter.begin()
await Promise.all(Array.from({ length: concurrency }, sleepOnAndOn))
meter.end()
tell(meter.sample(records))

async function sleepOnAndOn(): Promise<void> {
  while (left-- > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
}
