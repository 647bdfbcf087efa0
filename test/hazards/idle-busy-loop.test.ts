import type { Kafka } from 'kafkajs'
import { pino } from 'pino'
import { describe, expect, it, vi } from 'vitest'
import { createKafka } from '../../src/kafka/client/client.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { kafkaClient, until } from '../support/stack.ts'

const CLIENTS = 8
const WINDOW_MS = 2_000

const connections = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length

/**
 * How many timers the idle process arms per connection and second. Each wakes it up; the processor time
 * that this takes says more about what else the machine does.
 */
async function timersArmed(count: number): Promise<number> {
  const timers = vi.spyOn(globalThis, 'setTimeout')
  const startedAt = performance.now()
  await new Promise((resolve) => setTimeout(resolve, WINDOW_MS))
  const seconds = (performance.now() - startedAt) / 1000
  const armed = timers.mock.calls.length
  timers.mockRestore()
  return armed / (seconds * count)
}

/** Clients that are connected and have nothing to do. */
async function withIdleClients<T>(kafka: Kafka, work: (count: number) => Promise<T>): Promise<T> {
  const before = connections()
  const clients = Array.from({ length: CLIENTS }, () => kafka.admin())
  await Promise.all(clients.map((client) => client.connect()))
  try {
    return await work(connections() - before)
  } finally {
    await Promise.all(clients.map((client) => client.disconnect()))
  }
}

// The service patches kafkajs for the whole process, so the plain case comes first.
describe('an idle connection', () => {
  let plain: number

  it('plain kafkajs wakes up hundreds of times a second', async () => {
    plain = await withIdleClients(kafkaClient(), timersArmed)
    expect(plain).toBeGreaterThan(100)
  })

  it('the service arms hardly any timer', async () => {
    const s = await situation({ plugins: [] })
    const kafka = createKafka(s.config, pino({ level: 'silent' }))
    const ours = await withIdleClients(kafka, timersArmed)
    expect(ours).toBeLessThan(plain / 100)
  })

  it('the service, joined and without events, wakes up a fraction as often', async () => {
    const s = await situation({ plugins: [recorder().plugin] })
    const before = connections()
    await s.start()
    await until(async () => (await s.members()).length === 1, { what: 'the service to join' })
    const ours = await timersArmed(connections() - before)
    expect(ours).toBeLessThan(plain / 5)
  })
})
