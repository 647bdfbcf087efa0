import { expect, it, onTestFinished } from 'vitest'
import { partitionOfKey } from '../../src/kafka/producer/murmur2.ts'
import { definePlugin } from '../../src/plugin/define-plugin.ts'
import { skip } from '../../src/plugin/returns/returns.ts'
import { stateTopicOf } from '../../src/topics/names.ts'
import { pluginEvent } from '../support/events.ts'
import { database } from '../support/postgres.ts'
import { situation } from '../support/service-kit.ts'
import { kafkaClient, uniqueName, until } from '../support/stack.ts'
import { readRows, readStates } from '../support/states.ts'

const PARTITIONS = 2

interface Seen {
  values: unknown[]
  errors: string[]
}

/** A plugin that does what an event's kwargs say, and what it saw. */
function obedient(version = 1, upgrade?: (old: unknown, from: number) => { n: number }) {
  const seen: Seen = { values: [], errors: [] }
  const plugin = definePlugin({
    slug: 'obedient',
    retry: { maxAttempts: 2, initialDelayMs: 10, maxDelayMs: 10 },
    state: { version, initial: () => ({ n: 0 }), ...(upgrade && { upgrade }) },
    wantsProcessEvent: (name): name is 'stockitem.moved' => name === 'stockitem.moved',
    processEvent({ kwargs: { does, n, size } }, { state, attempt }) {
      seen.values.push(state.value.n)
      try {
        if (does === 'mutate') (state.value as { n: number }).n = 99
        if (does === 'set' || does === 'fail' || does === 'skip') state.set({ n: Number(n) })
        if (does === 'clear') state.clear()
        if (does === 'large') state.set({ n: 'x'.repeat(Number(size)) as unknown as number })
        if (does === 'date') state.set({ n: new Date() as unknown as number })
      } catch (error) {
        seen.errors.push((error as Error).message)
        throw error
      }
      if (does === 'fail' && attempt === 1) throw new Error('after set')
      return does === 'skip' ? skip('as told') : undefined
    },
  })
  return { plugin, seen }
}

/** An entity of each partition. */
const ENTITIES = [0, 1].map((partition) => {
  const ids = Array.from({ length: 100 }, (_, n) => `entity-${n}`)
  return ids.find((id) => partitionOfKey(`stockitem:${id}`, PARTITIONS) === partition)!
})

async function scene(store: 'kafka' | 'postgres' = 'kafka') {
  const { plugin, seen } = obedient()
  const { url, query } = await database()
  const s = await situation({
    plugins: [plugin],
    partitions: PARTITIONS,
    store: 'kafka:',
    settings: store === 'postgres' ? { IDEMPOTENCY_STORE: url } : {},
  })
  const tell = (id: string, kwargs: Record<string, string | number>) =>
    s.publish([pluginEvent('stockitem.moved', { id, ...kwargs })])
  const stored = () =>
    store === 'postgres'
      ? readRows(query, 'obedient')
      : readStates(stateTopicOf(s.topic, s.groupId), PARTITIONS, 'obedient')
  return { s, seen, tell, stored }
}

const STORES = ['kafka', 'postgres'] as const

it.each(STORES)(
  'keeps what was set by calls that ended well, drops the rest, and has it after a restart: store %s',
  async (store) => {
    const { s, seen, tell, stored } = await scene(store)
    const first = await s.start()
    await tell('one', { does: 'set', n: 5 })
    await tell('one', { does: 'fail', n: 6 })
    await tell('one', { does: 'skip', n: 7 })
    await tell('two', { does: 'set', n: 1 })
    await tell('two', { does: 'clear' })
    await s.caughtUp()
    expect(Object.fromEntries(await stored())).toEqual({
      'stockitem:one': { version: 1, value: { n: 7 } },
    })
    await first.stop()

    const before = seen.values.length
    await s.start()
    await tell('one', { does: 'look' })
    await tell('two', { does: 'look' })
    await s.caughtUp()
    expect(seen.values.slice(before).sort()).toEqual([0, 7])
  },
)

it.each(STORES)(
  'refuses what cannot be stored, and stores the neighbours: store %s',
  async (store) => {
    const { s, seen, tell, stored } = await scene(store)
    await s.start({ STATE_MAX_BYTES: '1024' })
    await tell('one', { does: 'set', n: 1 })
    await tell('one', { does: 'large', size: 2_000 })
    await tell('one', { does: 'date' })
    await tell('one', { does: 'mutate' })
    await tell('two', { does: 'set', n: 2 })
    await s.caughtUp()
    expect([...new Set(seen.errors)]).toEqual([
      'context.state.set: expected at most 1024 bytes of JSON (STATE_MAX_BYTES), got 2008',
      'context.state.set: state.n: expected a JSON value, got an object',
      "Cannot assign to read only property 'n' of object '#<Object>'",
    ])
    const reasons = (await s.letters()).map(({ headers }) => headers['dlq.reason'])
    expect(reasons).toEqual(['exhausted', 'exhausted', 'exhausted'])
    expect(Object.fromEntries(await stored())).toEqual({
      'stockitem:one': { version: 1, value: { n: 1 } },
      'stockitem:two': { version: 1, value: { n: 2 } },
    })
  },
)

it.each(STORES)(
  'upgrades older state, and waits where it meets newer state: store %s',
  async (store) => {
    const { s, tell, stored } = await scene(store)
    const old = await s.start()
    await tell('one', { does: 'set', n: 3 })
    await s.caughtUp()
    await old.stop()

    const newer = obedient(2, (value) => ({ n: (value as { n: number }).n * 10 }))
    const upgraded = await s.start({}, [newer.plugin])
    await tell('one', { does: 'look' })
    await tell('one', { does: 'set', n: 31 })
    await s.caughtUp()
    expect(newer.seen.values).toEqual([30, 30])
    expect((await stored()).get('stockitem:one')).toEqual({ version: 2, value: { n: 31 } })
    await upgraded.stop()

    const back = await s.start()
    await tell('one', { does: 'set', n: 1 })
    const told = () => JSON.stringify(back.log).includes('waiting for a newer plugin')
    await until(told, { what: 'the older plugin to wait' })
    expect(await s.letters()).toEqual([])
    expect((await stored()).get('stockitem:one')).toEqual({ version: 2, value: { n: 31 } })
    await back.stop()
  },
)

/** A transaction of a replica that was killed, which its successor finds open. */
async function leftOpen() {
  const producer = kafkaClient().producer({
    transactionalId: uniqueName('killed'),
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  onTestFinished(() => producer.disconnect())
  return producer.transaction()
}

it('reads what a transaction that is open hides, once that has ended', async () => {
  const { s, seen, tell } = await scene()
  const transaction = await leftOpen()
  const record = {
    partition: 0,
    key: `obedient\u0000stockitem:${ENTITIES[0]}`,
    value: '{"version":1,"value":{"n":7}}',
  }
  await transaction.send({ topic: stateTopicOf(s.topic, s.groupId), messages: [record] })
  await s.start()
  for (const entity of ENTITIES) await tell(entity, { does: 'look' })
  await until(() => seen.values.length === 1, { what: 'the other partition to be read' })
  await transaction.commit()
  await s.caughtUp()
  expect(seen.values).toEqual([0, 7])
})

it('begins where a transaction that is open will have committed', async () => {
  const { s, seen, tell } = await scene()
  for (const entity of ENTITIES) await tell(entity, { does: 'look' })
  const transaction = await leftOpen()
  const partitions = [{ partition: 0, offset: '1' }]
  const topics = [{ topic: s.topic, partitions }]
  await transaction.sendOffsets({ consumerGroupId: s.groupId, topics })
  await s.start()
  await until(() => seen.values.length === 1, { what: 'the other partition to be read' })
  await transaction.commit()
  await tell(ENTITIES[0]!, { does: 'set', n: 1 })
  await s.caughtUp()
  expect(seen.values).toHaveLength(2)
})

it('does not start without its state topic', async () => {
  const { plugin } = obedient()
  const s = await situation({ plugins: [], store: 'kafka:' })
  await expect(s.start({}, [plugin])).rejects.toThrow(
    `plugins with state need state topics:\n  ${stateTopicOf(s.topic, s.groupId)}: topic does not exist; create it with "inventory-events topics create" and its option --state`,
  )
})
