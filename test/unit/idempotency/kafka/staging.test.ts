import { expect, it } from 'vitest'
import { unpackMarks } from '../../../../src/idempotency/kafka/mark-format.ts'
import { createKafkaStore } from '../../../../src/idempotency/kafka/store.ts'
import type { Staged } from '../../../../src/idempotency/staged.ts'
import { stateName } from '../../../../src/idempotency/state-table.ts'
import type { Claim, IdempotencyStore } from '../../../../src/idempotency/store.ts'
import { fakeMarksLog } from '../../../support/fake-marks-log.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const PLACE = { topic: 'events', partition: 0 }
const KEY = Buffer.from('ent_1')

function situation() {
  const clock = new ManualClock(1_000_000)
  const fake = fakeMarksLog(() => clock.now())
  const none = () => {}
  const store = createKafkaStore({
    marksLog: fake.log,
    groupId: 'group',
    stateful: new Set(['counting', 'other']),
    clock,
    ttlMs: 1_000_000,
    maxMarks: 100_000,
    reports: { onEvict: none, onUnreadable: none, onReadBack: none, onWriteFailed: none },
  })
  return { store, fake }
}

async function own(store: IdempotencyStore): Promise<AbortController> {
  const loss = new AbortController()
  await store.open({ ...PLACE, lost: loss.signal })
  return loss
}

async function claimed(store: IdempotencyStore, eventId: string, plugin = 'counting') {
  const result = await store.claim({ ...PLACE, plugin, eventId }, 'print')
  return result.type === 'claimed' ? result.claim : undefined
}

const text = (n: number) => `{"version":1,"value":${n}}`
const complete = (claim: Claim | undefined, n: number) =>
  claim!.complete('processed', { key: KEY, text: text(n) })

function countOf({ partitions }: Staged): number {
  let count = 0
  for (const { marks } of partitions) {
    for (const { value, outcomes } of marks) {
      let inRecord = 0
      unpackMarks(value, () => void inRecord++)
      expect(outcomes).toHaveLength(inRecord)
      count += inRecord
    }
  }
  return count
}

it('stages marks and the last state of each entity, and writes neither by itself', async () => {
  const { store, fake } = situation()
  await own(store)
  complete(await claimed(store, 'one'), 1)
  complete(await claimed(store, 'two'), 2)
  const other = await claimed(store, 'one', 'plain')
  other!.complete('processed')
  expect(store.stateOf(PLACE, 'counting', KEY)).toEqual({ text: text(2) })
  expect(await claimed(store, 'one')).toBeUndefined()
  await store.flush()
  expect(fake.at('events', 0)).toHaveLength(1)
  expect(store.staging!.has(PLACE)).toBe(true)
  expect(store.staging!.has({ ...PLACE, partition: 1 })).toBe(false)

  const staged = store.staging!.take()!
  expect(countOf(staged)).toBe(2)
  expect(staged.partitions).toMatchObject([
    { ...PLACE, states: [{ name: stateName('counting', KEY), text: text(2) }] },
  ])
  expect(store.staging!.has(PLACE)).toBe(false)
  expect(store.staging!.take()).toBeUndefined()
})

it('puts back what was not committed, below what came since', async () => {
  const { store } = situation()
  await own(store)
  complete(await claimed(store, 'one'), 1)
  const first = store.staging!.take()!
  complete(await claimed(store, 'two'), 2)
  first.putBack()
  const second = store.staging!.take()!
  expect(countOf(second)).toBe(2)
  expect(second.partitions[0]!.states).toEqual([
    { name: stateName('counting', KEY), text: text(2) },
  ])
})

it('forgets with the partition what was not committed', async () => {
  const { store } = situation()
  const loss = await own(store)
  complete(await claimed(store, 'one'), 1)
  const taken = store.staging!.take()!
  complete(await claimed(store, 'two'), 2)
  loss.abort()
  await own(store)
  taken.putBack()
  expect(store.staging!.take()).toBeUndefined()
  expect(store.stateOf(PLACE, 'counting', KEY)).toBeUndefined()
})

it('does not count what completes after its ownership has ended', async () => {
  const { store } = situation()
  const loss = await own(store)
  const late = await claimed(store, 'one')
  loss.abort()
  await own(store)
  complete(late, 1)
  expect(store.staging!.take()).toBeUndefined()
  expect(store.stateOf(PLACE, 'counting', KEY)).toBeUndefined()
  expect(await claimed(store, 'one')).toBeDefined()
})

it('splits marks into records, and claims no more while too many wait for a commit', async () => {
  const { store } = situation()
  await own(store)
  const MOST = 65_536
  for (let n = 0; n < MOST; n += 1) complete(await claimed(store, `${n}`), n)
  await expect(claimed(store, 'more')).rejects.toMatchObject({ retryable: true })
  const staged = store.staging!.take()!
  expect(countOf(staged)).toBe(MOST)
  expect(staged.partitions[0]!.marks.length).toBe(MOST / 4_096)
  expect(await claimed(store, 'more')).toBeDefined()
})

it('asks for a commit when much is staged, and claims no more when it is too much', async () => {
  const { store } = situation()
  await own(store)
  let asked = 0
  store.staging!.onLarge(() => {
    asked += 1
  })
  const MIB = 'x'.repeat(1_048_576)
  const put = async (n: number) =>
    (await claimed(store, `${n}`))!.complete('processed', {
      key: Buffer.from(`ent_${n}`),
      text: MIB,
    })
  for (let n = 0; n < 15; n += 1) await put(n)
  expect(asked).toBe(0)
  for (let n = 15; n < 32; n += 1) await put(n)
  expect(asked).toBeGreaterThan(0)
  await expect(claimed(store, 'more')).rejects.toMatchObject({ retryable: true })

  const staged = store.staging!.take()!
  expect(await claimed(store, 'one')).toBeDefined()
  staged.putBack()
  await expect(claimed(store, 'two')).rejects.toMatchObject({ retryable: true })
  store.staging!.take()
  expect(await claimed(store, 'three')).toBeDefined()
})

it('counts bytes, of which a character may take three', async () => {
  const { store } = situation()
  await own(store)
  for (let n = 0; n < 16; n += 1) {
    const change = { key: Buffer.from(`ent_${n}`), text: '€'.repeat(699_051) }
    ;(await claimed(store, `${n}`))!.complete('processed', change)
  }
  await expect(claimed(store, 'more')).rejects.toMatchObject({ retryable: true })
})

it('counts a state that is set again once, and nothing of a partition that is lost', async () => {
  const { store } = situation()
  const loss = await own(store)
  const text = 'x'.repeat(1_048_576)
  for (let n = 0; n < 100; n += 1) {
    ;(await claimed(store, `${n}`))!.complete('processed', { key: KEY, text })
  }
  const taken = store.staging!.take()!
  for (let n = 0; n < 31; n += 1) {
    const key = Buffer.from(`ent_${n}`)
    ;(await claimed(store, `more-${n}`))!.complete('processed', { key, text })
  }
  loss.abort()
  await own(store)
  taken.putBack()
  for (let n = 0; n < 31; n += 1) {
    const key = Buffer.from(`ent_${n}`)
    ;(await claimed(store, `again-${n}`))!.complete('processed', { key, text })
  }
  expect(await claimed(store, 'one')).toBeDefined()
})

it('gives no events to a plugin whose part cannot be committed, until it can or is gone', async () => {
  const { store } = situation()
  const loss = await own(store)
  complete(await claimed(store, 'one'), 1)
  complete(await claimed(store, 'one', 'other'), 1)
  const first = store.staging!.take()!
  first.withhold(new Map([['counting', new Error('topic gone')]]))
  first.putBack(new Set(['counting']))
  await expect(claimed(store, 'two')).rejects.toThrow(/plugin counting wait.*topic gone/)
  expect(await claimed(store, 'two', 'other')).toBeDefined()

  const second = store.staging!.take()!
  expect(second.partitions.map(({ plugin }) => plugin)).toEqual(['counting'])
  expect(second.withheld).toEqual(new Set(['counting']))
  second.putBack()
  loss.abort()
  await own(store)
  expect(store.staging!.take()).toBeUndefined()
  expect(await claimed(store, 'two')).toBeDefined()
})
