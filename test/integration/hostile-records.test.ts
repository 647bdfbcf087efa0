import { expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { kafkaClient, until } from '../support/stack.ts'

/** 12,000 headers block kafkajs's own decoder for more than a minute. */
const HEADERS = 12_000

it('handles good events between records with thousands of headers, or headers of odd names', async () => {
  const { plugin, seen } = recorder()
  const s = await situation({ plugins: [plugin], partitions: 1 })
  const many = Object.fromEntries(Array.from({ length: HEADERS }, (_, n) => [`header-${n}`, 'x']))
  const odd = Object.fromEntries([
    ['__proto__', 'x'],
    ['constructor', 'x'],
    ['toString', ['one', 'two']],
    ['', 'x'],
  ])
  const events = Array.from({ length: 4 }, (_, n) => moved('ent_1', n))
  const headersOf = [{}, many, odd, {}]
  const producer = kafkaClient().producer()
  await producer.connect()
  const messages = events.map((event, n) => {
    const record = s.record(event)
    return { ...record, headers: Object.assign(Object.create(null), record.headers, headersOf[n]) }
  })
  await producer.send({ topic: s.topic, messages })
  await producer.disconnect()
  await s.start()
  await until(() => seen.length === events.length, { what: 'all events', timeoutMs: 30_000 })
  expect(seen.map(({ id }) => id)).toEqual(events.map(({ id }) => id))
})
