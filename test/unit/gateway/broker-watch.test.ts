import { pino } from 'pino'
import { expect, it } from 'vitest'
import { watchBrokers } from '../../../src/gateway/broker-watch.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function setUp() {
  const clock = new ManualClock()
  const lines: string[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) })
  let check = () => Promise.resolve()
  const watch = watchBrokers({ check: () => check(), clock, log })
  const respondWith = (next: () => Promise<void>) => {
    check = next
  }
  return { clock, lines, watch, respondWith }
}

it('logs once that the brokers became unavailable, and once that they are back', async () => {
  const { clock, lines, watch, respondWith } = setUp()
  await clock.advance(10_000)
  expect(watch.trouble()).toBeUndefined()
  respondWith(() => Promise.reject(new Error('refused')))
  await clock.advance(10_000)
  expect(watch.trouble()).toBe('refused')
  respondWith(() => Promise.resolve())
  await clock.advance(10_000)
  expect(watch.trouble()).toBeUndefined()
  expect(lines).toEqual(['Kafka is unavailable', 'Kafka is available again'])
})

it('treats a missing response as unavailable', async () => {
  const { clock, watch, respondWith } = setUp()
  respondWith(() => new Promise(() => {}))
  await clock.advance(11_000)
  expect(watch.trouble()).toBeUndefined()
  await clock.advance(2_000)
  expect(watch.trouble()).toMatch('no response from Kafka within 10 s')
})

it('sends no request once it is stopped', async () => {
  const { clock, watch } = setUp()
  await clock.advance(3_000)
  watch.stop()
  await clock.advance(60_000)
  expect(clock.pending).toBe(0)
})
