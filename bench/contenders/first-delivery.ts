// Starts the service and reports the time from the start of the process to its deliveries.
import { jobOf, tell } from '../lib/child.ts'
import { untilFinished } from '../lib/finish.ts'
import { createMeter } from '../lib/meter.ts'
import { startWith } from '../lib/start.ts'

export interface FirstDeliveryJob {
  brokers: string
  registryUrl: string
  topic: string
  groupId: string
  store: string
  /** The number of deliveries to wait for: one per partition. */
  deliveries: number
}

const job = jobOf<FirstDeliveryJob>()
const meter = createMeter()
meter.begin()
let count = 0
let firstMs = 0
const { finished, finish } = untilFinished()
const service = await startWith(
  [
    {
      slug: 'first',
      processEvent() {
        count++
        if (count === 1) firstMs = performance.now()
        if (count === job.deliveries) finish()
      },
    },
  ],
  job,
)
await finished
const lastMs = performance.now()
meter.end()
await service.stop()
tell(meter.sample(count, { firstMs, lastMs }))
