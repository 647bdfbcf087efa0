import { expect, it } from 'vitest'
import { FOLLOW_UP } from '../../src/follow-up/headers.ts'
import { withLogReader } from '../../src/kafka/reader/with-log-reader.ts'
import { definePlugin } from '../../src/plugin/define-plugin.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { stateTopicOf } from '../../src/topics/names.ts'
import { pluginEvent } from '../support/events.ts'
import { untilCommitted } from '../support/group.ts'
import { createInput } from '../support/second-input.ts'
import { readAll, situation } from '../support/service-kit.ts'
import { createTopics, serviceClient, uniqueName, until } from '../support/stack.ts'
import { readStates } from '../support/states.ts'
import { removeTopic } from '../support/topic-admin.ts'

const PARTITIONS = 2

/** Publishes the number in each event that it gets, keyed by product. */
function telling(topic: string, part: Partial<Plugin> = {}) {
  return {
    ...definePlugin({
      slug: 'telling',
      retry: { maxAttempts: 2, initialDelayMs: 10, maxDelayMs: 10 },
      wants: ['stockitem.*'],
      processEvent({ kwargs }, { publish, trace }) {
        const { product, n, size = 0 } = kwargs
        expect(trace?.traceparent ?? '').not.toBe('none')
        const padding = 'x'.repeat(Number(size))
        publish(
          { name: 'stock.changed', kwargs: { product: product!, n: n!, padding } },
          { topic, key: String(product) },
        )
      },
    }),
    ...part,
  } as Plugin
}

/** Sums what it gets, by the key of the record. */
const summing = definePlugin({
  slug: 'summing',
  wants: ['stock.changed'],
  state: { version: 1, initial: () => ({ sum: 0, seen: [] as string[] }) },
  processEvent({ id, kwargs: { n } }, { state, record }) {
    const { sum, seen } = state.value
    const hops = String(record.headers.get(FOLLOW_UP.hops))
    state.set({ sum: sum + Number(n), seen: [...seen, `${id} ${hops}`] })
  },
})

async function scene(part: Partial<Plugin> = {}, config: Record<string, string> = {}) {
  const changes = uniqueName('changes')
  const plugins = [telling(changes, part), summing]
  const s = await situation({ plugins, partitions: PARTITIONS, store: 'kafka:' })
  await createInput(changes, s.groupId, PARTITIONS, config)
  const settings = { KAFKA_TOPICS: `${s.topic},${changes}` }
  return {
    s,
    changes,
    start: () => s.start(settings),
    tell: (id: string, kwargs: Record<string, string | number>) =>
      s.publish([pluginEvent('stockitem.moved', { id, ...kwargs })]),
    sums: () => readStates(stateTopicOf(changes, s.groupId), PARTITIONS, 'summing'),
    async caughtUp() {
      await s.caughtUp()
      await untilCommitted(s.groupId, changes, 60_000)
    },
  }
}

it.each<[string, Partial<Plugin>]>([
  ['without state, before its mark', {}],
  ['with state, in its transaction', { state: { version: 1, initial: () => 0 } }],
])('publishes %s, by another key, to another plugin', async (_what, part) => {
  const { start, tell, sums, caughtUp, s, changes } = await scene(part)
  const service = await start()
  await tell('one', { product: 'p-1', n: 1 })
  await tell('two', { product: 'p-1', n: 2 })
  await tell('three', { product: 'p-2', n: 4 })
  await caughtUp()
  const found = Object.fromEntries(await sums())
  expect(found).toMatchObject({ 'p-1': { value: { sum: 3 } }, 'p-2': { value: { sum: 4 } } })
  expect(await service.metric('follow_up_events_total')).toBe(3)
  expect(await s.letters()).toEqual([])
  const headers = expect.objectContaining({ ce_type: 'stock.changed', [FOLLOW_UP.hops]: '1' })
  const record = { key: 'p-2', headers }
  if (part.state === undefined)
    expect(await readAll(changes)).toContainEqual(expect.objectContaining(record))
})

it('fails the call for a record that its topic does not take, and goes on', async () => {
  for (const part of [{}, { state: { version: 1, initial: () => 0 } }]) {
    const { start, tell, sums, caughtUp, s } = await scene(part)
    await start()
    await tell('one', { product: 'p-1', n: 1, size: 1_100_000 })
    await tell('one', { product: 'p-1', n: 2 })
    await caughtUp()
    expect(Object.fromEntries(await sums())).toMatchObject({ 'p-1': { value: { sum: 2 } } })
    expect((await s.letters()).map(({ headers }) => headers['dlq.error'])).toEqual([
      expect.stringMatching(
        /expected at most 1048588 bytes \(max\.message\.bytes of .*\), got 1100/,
      ),
    ])
  }
})

it('writes many large events of one transaction in batches that their topic takes', async () => {
  const { start, sums, caughtUp, s } = await scene(
    { state: { version: 1, initial: () => 0 } },
    { 'max.message.bytes': '250000' },
  )
  const events = Array.from({ length: 40 }, (_, n) =>
    pluginEvent('stockitem.moved', { id: n, product: 'p-1', n, size: 100_000 }),
  )
  await s.publish(events)
  await start()
  await caughtUp()
  expect(Object.fromEntries(await sums())).toMatchObject({ 'p-1': { value: { sum: 780 } } })
  expect(await s.letters()).toEqual([])
})

it('fails the call for a topic that is not there, and says so', async () => {
  const plugin = telling(uniqueName('nowhere'))
  const s = await situation({ plugins: [plugin], partitions: 1 })
  await s.start()
  await s.publish([pluginEvent('stockitem.moved', { id: 1, product: 'p', n: 1 })])
  await s.caughtUp()
  expect((await s.letters()).map(({ headers }) => headers['dlq.error'])).toEqual([
    expect.stringMatching(/topic .*nowhere.* does not exist .*topics create/),
  ])
})

it('ends a plugin that causes its own events after 16 of them', async () => {
  const topic = uniqueName('loop')
  const looping = definePlugin({
    slug: 'looping',
    retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
    processEvent(_, { publish }) {
      publish({ name: 'stock.again' }, { topic, key: 'loop' })
    },
  })
  const s = await situation({ plugins: [looping], partitions: 1 })
  await createInput(topic, s.groupId, 1)
  await s.start({ KAFKA_TOPICS: `${s.topic},${topic}` })
  await s.publish([pluginEvent('stockitem.moved', { id: 1 })])
  const letters = () => readAll(`${topic}.dead-letters`)
  await until(async () => (await letters()).length === 1, { what: 'the loop to end' })
  expect((await letters())[0]!.headers['dlq.error']).toMatch(/at most 16 follow-ups in a row/)
  expect(await readAll(topic)).toHaveLength(16)
})

it('writes them once the topic is there again, without another call', async () => {
  let calls = 0
  const changes = uniqueName('refused')
  const plugin = telling(changes)
  const counted = definePlugin({
    slug: 'counted',
    wants: ['stockitem.*'],
    processEvent(event, context) {
      calls += 1
      return plugin.processEvent(event, context)
    },
  })
  const s = await situation({ plugins: [counted], partitions: 1 })
  // No broker has as many replicas in sync.
  await createInput(changes, s.groupId, 1)
  const service = await s.start()
  const tell = (n: number) =>
    s.publish([pluginEvent('stockitem.moved', { id: 1, product: 'p', n })])
  await tell(1)
  await s.caughtUp()
  await removeTopic(changes)
  await tell(2)
  const failed = async () => (await service.metric('follow_up_failures_total')) > 0
  await until(failed, { what: 'the write to fail' })
  await createTopics({ topic: changes, numPartitions: 1 })
  await s.caughtUp()
  expect(calls).toBe(2)
  expect(await readAll(changes)).toHaveLength(1)
  expect(await service.metric('follow_up_events_total')).toBe(2)
})

it('holds up no other plugin with state while the topic of one is gone', async () => {
  const changes = uniqueName('gone')
  const counting = definePlugin({
    slug: 'counting',
    wants: ['stockitem.*'],
    state: { version: 1, initial: () => 0 },
    processEvent(_, { state }) {
      state.set((count) => count + 1)
    },
  })
  const plugin = telling(changes, { state: { version: 1, initial: () => 0 } })
  const s = await situation({
    plugins: [plugin, counting],
    partitions: PARTITIONS,
    store: 'kafka:',
  })
  await createInput(changes, s.groupId, 1)
  const service = await s.start()
  const tell = (n: number) =>
    s.publish([pluginEvent('stockitem.moved', { id: 1, product: 'p', n })])
  const counted = async () =>
    (await readStates(stateTopicOf(s.topic, s.groupId), PARTITIONS, 'counting')).get('stockitem:1')
      ?.value
  await tell(1)
  await s.caughtUp()
  await removeTopic(changes)
  await tell(2)
  const why = () => JSON.stringify(service.log)
  await until(() => why().includes(`topic ${changes}: `), { what: 'the commit to be refused' })
  await until(async () => (await counted()) === 2, { what: 'the other plugin to be committed' })
  await tell(3)
  await tell(4)
  await until(async () => (await counted()) === 4, { what: 'the other plugin to continue' })
  expect(await s.letters()).toEqual([])
  await until(() => why().includes('events of plugin telling wait'), { what: 'the plugin to wait' })

  await createTopics({ topic: changes, numPartitions: 1 })
  await s.caughtUp()
  const found: unknown[] = []
  await withLogReader(serviceClient(), [changes], (reader) => {
    const onRecord = ({ value }: { value: Buffer | null }) => void found.push(value)
    return reader.read({
      topic: changes,
      partition: 0,
      lost: AbortSignal.timeout(10_000),
      onRecord,
    })
  })
  expect(found).toHaveLength(3)
  expect(await counted()).toBe(4)
})
