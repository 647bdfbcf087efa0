import { expect, it } from 'vitest'
import { ownHeaders } from '../../src/dead-letter/headers.ts'
import { HeaderList, headersOf } from '../../src/event/headers.ts'
import type { SourceRecord } from '../../src/event/record.ts'
import { createProducer } from '../../src/kafka/producer/producer.ts'
import { withLogReader } from '../../src/kafka/reader/with-log-reader.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { reject } from '../../src/plugin/returns/returns.ts'
import { moved } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { situation } from '../support/service-kit.ts'
import { serviceClient, until } from '../support/stack.ts'

const bytes = (text: string) => Buffer.from(text)
/** Order, repeats, null, and a name that is not UTF-8. */
const ODD = new HeaderList([
  { name: 'z', value: bytes('1') },
  { name: 'a', value: null },
  { name: Buffer.from([0x61, 0xff]), value: bytes('2') },
  { name: '7', value: bytes('3') },
  { name: 'z', value: Buffer.from([0xff]) },
  { name: '__proto__', value: bytes('') },
  { name: 'a', value: bytes('4') },
])

it('a dead letter, and what redrives it, have the headers of the record as they were', async () => {
  const seen: unknown[] = []
  const plugin: Plugin = {
    slug: 'strict',
    processEvent(_event, { record }) {
      seen.push([...record.headers])
      return reject('no')
    },
  }
  const s = await situation({ plugins: [plugin], partitions: 1 })
  const producer = await createProducer(serviceClient())
  const { key, value } = s.record(moved('ent_1', 1))
  // What another dead-letter queue added would be taken for what this one adds.
  const headers = headersOf({ 'dlq.redrives': '7' }, ODD)
  await producer.send(s.topic, [{ key: String(key), value, headers }])
  await producer.close()
  const service = await s.start()
  await until(async () => (await s.letters()).length > 0, { what: 'the dead letter' })
  const { KAFKA_TOPICS, KAFKA_GROUP_ID } = s.settings
  const run = await runCli(['dead-letters', 'redrive', '--yes'], {
    env: { KAFKA_TOPICS, KAFKA_GROUP_ID },
  })
  expect(run).toMatchObject({ code: 0, stdout: '1 redriven, 0 redriven before\n' })
  await until(async () => (await s.letters()).length > 1, { what: 'the second dead letter' })
  await service.stop()
  for (const topic of [`${s.topic}.redrive`, `${s.topic}.dead-letters`]) {
    for (const record of await recordsOf(topic)) {
      expect([...ownHeaders(record.headers)], topic).toEqual([...ODD])
    }
  }
  const shown = [...ODD].map(({ name, value }) => [name.toString(), value])
  expect(seen).toEqual([[...shown, ['dlq.redrives', bytes('7')]], shown])
})

async function recordsOf(topic: string): Promise<SourceRecord[]> {
  const records: SourceRecord[] = []
  const onRecord = (record: SourceRecord) => void records.push(record)
  const lost = AbortSignal.timeout(30_000)
  await withLogReader(serviceClient(), [topic], (reader) =>
    reader.read({ topic, partition: 0, from: 0, lost, onRecord }),
  )
  expect(records.length).toBeGreaterThan(0)
  return records
}
