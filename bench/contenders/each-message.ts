// kafkajs's eachMessage with a handler that waits: one record per partition at a time.
import { jobOf, tell } from '../lib/child.ts'
import { untilFinished } from '../lib/finish.ts'
import { createMeter } from '../lib/meter.ts'
import { plainConsumer } from '../lib/plain-consumer.ts'

const job = jobOf<{
  brokers: string
  topic: string
  groupId: string
  records: number
  partitions: number
  waitMs: number
}>()
const meter = createMeter()
let count = 0
const { finished, finish } = untilFinished()

const consumer = await plainConsumer(job)
await consumer.run({
  partitionsConsumedConcurrently: job.partitions,
  eachMessage: async () => {
    meter.begin()
    await new Promise((resolve) => setTimeout(resolve, job.waitMs))
    if (++count !== job.records) return
    meter.end()
    finish()
  },
})
await finished
await consumer.disconnect()
tell(meter.sample(job.records))
