// A route of fastify that sends what it gets as JSON by kafkajs, or nothing at all, and checks nothing.
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { jobOf } from '../lib/child.ts'
import { type GatewayJob, measureRequests } from '../lib/measure-requests.ts'
import { plainProducer } from '../lib/plain-producer.ts'

interface Sent {
  id: string
  entityId?: string
}

export interface BareJob extends GatewayJob {
  /** Whether it sends what it gets to Kafka. */
  sends: boolean
}

const job = jobOf<BareJob>()
const producer = job.sends ? await plainProducer(job) : undefined
const app = fastify({ bodyLimit: 8_388_608 })
app.post<{ Body: Sent[] }>('/webhooks/inventory', async ({ body }, reply) => {
  const messages = body.map((event) => ({
    key: event.entityId ?? event.id,
    value: JSON.stringify(event),
  }))
  await producer?.send({ topic: job.topic, messages })
  return reply.code(202).send({ ids: body.map(({ id }) => id) })
})
await app.listen({ port: 0, host: '127.0.0.1' })
await measureRequests(job, (app.server.address() as AddressInfo).port)
