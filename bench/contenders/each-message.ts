// kafkajs's eachMessage with a handler that waits: one record of a partition at a time.
import { Kafka, logLevel } from 'kafkajs'
import { jobOf, tell } from '../lib/child.ts'
import { createMeter } from '../lib/meter.ts'

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
let finish = () => {}
const finished = new Promise<void>((resolve) => {
  finish = resolve
})

const kafka = new Kafka({ brokers: job.brokers.split(','), logLevel: logLevel.ERROR })
const consumer = kafka.consumer({ groupId: job.groupId })
await consumer.connect()
await consumer.subscribe({ topic: job.topic, fromBeginning: true })
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
