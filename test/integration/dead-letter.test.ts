import { reject } from 'inventory-events'
import { expect, it } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { readTopic } from '../support/read-topic.ts'
import { situation } from '../support/service-kit.ts'

it('keeps key, bytes, headers and partition of a record, and adds the cause', async () => {
  const plugin: Plugin = {
    slug: 'picky',
    processEvent: () => reject(`no such shelf ${'é'.repeat(1_000)}`),
  }
  const s = await situation({ plugins: [plugin] })
  const move = moved('ent_1')
  const { value, headers } = s.record(move)
  const timestamp = '1700000000123'
  const odd = Buffer.from([0, 255, 1])
  const more = { ...headers, trace: ['one', 'two'], bytes: odd, empty: '' }
  await s.produce([
    { key: 'filler', value: null, partition: 2 },
    { key: 'ent_1', value, headers: more, timestamp, partition: 2 },
    { key: odd, value, headers: more, partition: 0 },
    { key: null, value: s.record(moved('ent_2')).value, partition: 1 },
  ])
  await s.start()
  await s.caughtUp()

  const letters = await readTopic(s.deadLetters)
  const [oddKey, withoutKey, letter, ...others] = letters.sort((a, b) => a.partition - b.partition)
  expect(others).toEqual([])
  expect(withoutKey).toMatchObject({ partition: 1, key: null })
  expect(oddKey).toMatchObject({ partition: 0, key: odd, value })
  expect(String(oddKey!.headers!['dlq.reason'])).toBe('undecodable')
  expect(letter).toMatchObject({ partition: 2, key: Buffer.from('ent_1'), value })
  const { 'dlq.error': error, ...rest } = letter!.headers!
  expect(rest).toEqual(
    asBuffers({
      ...more,
      'dlq.plugin': 'picky',
      'dlq.reason': 'rejected',
      'dlq.attempts': '1',
      'dlq.event': 'inventory.moved',
      'dlq.event-id': move.id,
      'dlq.topic': s.topic,
      'dlq.partition': '2',
      'dlq.offset': '1',
      'dlq.timestamp': timestamp,
      'dlq.group': s.groupId,
    }),
  )
  expect(String(error)).toMatch(/^no such shelf é+$/)
  expect(Buffer.byteLength(error as Buffer)).toBeLessThanOrEqual(1_024)
})

type Value = string | Buffer

/** The headers as text. */
function asBuffers(headers: Record<string, Value | Value[] | undefined>) {
  const one = (value: Value) => Buffer.from(value as string)
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(one) : one(value as Value),
  ])
  return Object.fromEntries(entries)
}
