import { pino } from 'pino'
import { expect, it } from 'vitest'
import { watchBrokers } from '../../../src/gateway/broker-watch.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function setUp() {
  const clock = new ManualClock()
  const lines: string[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) })
  let ask = () => Promise.resolve()
  const watch = watchBrokers({ ask: () => ask(), clock, log })
  const answerWith = (next: () => Promise<void>) => {
    ask = next
  }
  return { clock, lines, watch, answerWith }
}

it('sees the brokers go and come back, and says each once', async () => {
  const { clock, lines, watch, answerWith } = setUp()
  await clock.advance(10_000)
  expect(watch.trouble()).toBeUndefined()
  answerWith(() => Promise.reject(new Error('refused')))
  await clock.advance(10_000)
  expect(watch.trouble()).toBe('refused')
  answerWith(() => Promise.resolve())
  await clock.advance(10_000)
  expect(watch.trouble()).toBeUndefined()
  expect(lines).toEqual(['Kafka is away', 'Kafka is back'])
})

it('takes silence for being away', async () => {
  const { clock, watch, answerWith } = setUp()
  answerWith(() => new Promise(() => {}))
  await clock.advance(11_000)
  expect(watch.trouble()).toBeUndefined()
  await clock.advance(2_000)
  expect(watch.trouble()).toMatch('no answer from Kafka within 10 s')
})

it('asks no more once it is stopped', async () => {
  const { clock, watch } = setUp()
  await clock.advance(3_000)
  watch.stop()
  await clock.advance(60_000)
  expect(clock.pending).toBe(0)
})
