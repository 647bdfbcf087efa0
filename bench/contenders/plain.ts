// Plain kafkajs with eachBatch: counts the records, or decodes each and calls a handler.
import { decodeWithAvsc } from '../lib/avsc-decode.ts'
import { jobOf, tell } from '../lib/child.ts'
import { untilFinished } from '../lib/finish.ts'
import { createMeter } from '../lib/meter.ts'
import { plainConsumer } from '../lib/plain-consumer.ts'

export interface PlainJob {
  brokers: string
  registryUrl: string
  topic: string
  groupId: string
  records: number
  work: 'count' | 'decode'
}

const job = jobOf<PlainJob>()
const meter = createMeter()
const decode = decodeWithAvsc(job.registryUrl)
let count = 0
let handled = 0
const { finished, finish } = untilFinished()

const consumer = await plainConsumer(job)
await consumer.run({
  eachBatch: async ({ batch }) => {
    meter.begin()
    if (job.work === 'decode') {
      for (const { value } of batch.messages) {
        const event = decode(value!)
        handle(event instanceof Promise ? await event : event)
      }
    }
    count += batch.messages.length
    if (count < job.records) return
    meter.end()
    finish()
  },
})
await finished
await consumer.disconnect()
tell(meter.sample(job.work === 'decode' ? handled : count))

/** Does nothing, like the service's handler. */
function handle(_event: unknown): void {
  handled++
}
