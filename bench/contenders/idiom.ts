// The idiom in kafkajs's documentation: every message is decoded by the registry client, then filtered.
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import type { Event } from '../../src/event/event.ts'
import { jobOf, tell } from '../lib/child.ts'
import { untilFinished } from '../lib/finish.ts'
import { createMeter } from '../lib/meter.ts'
import { plainConsumer } from '../lib/plain-consumer.ts'
import { type WantsName, wantsOf } from '../lib/wants.ts'

export interface IdiomJob {
  brokers: string
  registryUrl: string
  topic: string
  groupId: string
  records: number
  wants: WantsName
  plugins: number
}

const job = jobOf<IdiomJob>()
const meter = createMeter()
const wants = wantsOf(job.wants, job.plugins)
const registry = new SchemaRegistry({ host: job.registryUrl })
let count = 0
let wanted = 0
const { finished, finish } = untilFinished()

const consumer = await plainConsumer(job)
await consumer.run({
  eachMessage: async ({ message }) => {
    meter.begin()
    const event: Event = await registry.decode(message.value!)
    for (const want of wants) if (want.matches(event)) wanted++
    if (++count < job.records) return
    meter.end()
    finish()
  },
})
await finished
await consumer.disconnect()
tell(meter.sample(count, { wanted }))
