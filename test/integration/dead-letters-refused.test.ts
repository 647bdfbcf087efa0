import { createHash, randomBytes } from 'node:crypto'
import { reject } from 'inventory-events'
import kafkajs from 'kafkajs'
import { expect, it } from 'vitest'
import { moved, withAttributes } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { configure } from '../support/topic-admin.ts'

const plugin = { slug: 'picky', processEvent: () => reject('no') }

/** A scene whose dead-letter topic takes records up to a size, and an event with this note. */
async function scene(limitBytes: string) {
  const deadLetterConfig = { 'max.message.bytes': limitBytes }
  const s = await situation({ plugins: [plugin], partitions: 2, deadLetterConfig })
  const noted = (id: string, note: string) => {
    return { ...s.record(withAttributes(moved(id), { note })), partition: 0 }
  }
  const ready = async (service: { httpPort: number }) =>
    (await fetch(`http://127.0.0.1:${service.httpPort}/readyz`)).status
  return { ...s, noted, ready }
}

it('does not commit past a dead letter that its topic rejects until it is accepted', async () => {
  const s = await scene('100')
  const refused = s.noted('ent_0', '')
  await s.produce([refused])
  const service = await s.start()
  const readyz = async () => (await fetch(`http://127.0.0.1:${service.httpPort}/readyz`)).text()
  const why = `max.message.bytes is too small for dead letters: ${s.deadLetters}`
  await until(async () => (await readyz()).includes(why), { what: 'readiness to fail' })
  expect(await s.ready(service)).toBe(503)
  expect(await service.metric('dead_letter_failures_total')).toBeGreaterThan(0)
  expect((await s.offsets())[0]).toMatchObject({ end: 1 })
  expect((await s.offsets())[0]?.committed).not.toBe(1)

  await configure(s.deadLetters, { 'max.message.bytes': '1000000' })
  await s.caughtUp()
  expect(await s.letters()).toMatchObject([{ key: 'ent_0', value: refused.value }])
  expect(await s.ready(service)).toBe(200)
})

it('compresses a large dead letter, as its input was', async () => {
  const s = await scene('1048576')
  const large = s.noted('ent_1', 'x'.repeat(3_000_000))
  await s.produce([large], undefined, kafkajs.CompressionTypes.ZSTD)
  await s.start()
  await s.caughtUp()
  const [letter] = await s.letters()
  expect(letter?.value?.equals(large.value)).toBe(true)
})

it('writes a stub of one that does not fit, which is not redriven, and continues', async () => {
  const s = await scene('4000')
  const large = s.noted('ent_1', randomBytes(20_000).toString('hex'))
  const headers = { ...s.noted('ent_3', '').headers, large: 'x'.repeat(20_000) }
  await s.produce([
    s.noted('ent_0', ''),
    large,
    s.noted('ent_2', ''),
    { ...s.noted('ent_3', ''), headers },
  ])
  const service = await s.start()
  await s.caughtUp()
  const letters = (await s.letters()).sort((a, b) => (a.key! < b.key! ? -1 : 1))
  expect(letters.map(({ key, value }) => [key, value?.length])).toEqual([
    ['ent_0', s.noted('ent_0', '').value.length],
    ['ent_1', undefined],
    ['ent_2', s.noted('ent_2', '').value.length],
    ['ent_3', undefined],
  ])
  expect(letters[1]?.headers).toMatchObject({
    ...large.headers,
    'dlq.reason': 'rejected',
    'dlq.offset': '1',
    'dlq.omitted': 'value',
    'dlq.value-bytes': String(large.value.length),
    'dlq.value-sha256': createHash('sha256').update(large.value).digest('hex'),
  })
  expect(letters[3]?.headers).toMatchObject({ 'dlq.omitted': 'value,headers', 'dlq.offset': '3' })
  expect(await service.metric('dead_letter_stubs_total')).toBe(2)

  const env = { KAFKA_GROUP_ID: s.groupId, KAFKA_TOPICS: s.topic }
  const run = await runCli(['dead-letters', 'redrive', '--yes'], { env })
  expect(run.stdout).toContain('2 redriven')
  expect(run).toMatchObject({ code: 1 })
  expect(run.stderr).toContain(`2 dead letters not redriven`)
  expect(run.stderr).toContain(`${s.topic}/0@1 for picky`)
})
