import { describe, expect, it } from 'vitest'
import { createKafkaStore } from '../../../../src/idempotency/kafka/store.ts'
import type { IdempotencyStore } from '../../../../src/idempotency/store.ts'
import { stateContract } from '../../../contract/state-contract.ts'
import { CONTRACT_TTL_MS, claimOf, storeContract } from '../../../contract/store-contract.ts'
import { fakeMarksLog } from '../../../support/fake-marks-log.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

/** A marks topic and stores that use it, one after another or at the same time. */
function marksTopic() {
  const clock = new ManualClock(1_000_000)
  const fake = fakeMarksLog(() => clock.now())
  const reported: string[] = []
  const report = (text: string) => void reported.push(text)
  const store = (maxMarks = 1_000, groupId = 'group', stateful: string[] = []) =>
    createKafkaStore({
      marksLog: fake.log,
      groupId,
      stateful: new Set(stateful),
      clock,
      ttlMs: CONTRACT_TTL_MS,
      maxMarks,
      reports: {
        onEvict: (count) => report(`evicted ${count}`),
        onUnreadable: (partition, records) => report(`unreadable ${records} of ${partition}`),
        onReadBack: (partition, { marks }) => report(`read ${marks} of ${partition}`),
        onWriteFailed: (error, unwritten) => report(`${error}: ${unwritten}`),
      },
    })
  return { ...fake, clock, store, reported }
}

async function own(store: IdempotencyStore, partition = 0): Promise<AbortController> {
  const loss = new AbortController()
  await store.open({ topic: 'events', partition, lost: loss.signal })
  return loss
}

const key = (eventId: string, partition = 0) => {
  return { plugin: 'plugin', eventId, topic: 'events', partition }
}

async function complete(store: IdempotencyStore, id: string, partition = 0): Promise<void> {
  await claimOf(await store.claim(key(id, partition), 'f')).complete('processed')
}

const typeOf = async (store: IdempotencyStore, id: string, partition = 0) =>
  (await store.claim(key(id, partition), 'f')).type

storeContract('kafka (marks topic in memory)', async () => {
  const { store, clock } = marksTopic()
  return { store: store(), topic: 'events', advance: (ms) => clock.advance(ms) }
})

stateContract('kafka (marks topic in memory)', async () => {
  const { store } = marksTopic()
  return { store: store(1_000, 'group', ['stateful']), topic: 'events', otherTopic: 'others' }
})

describe('the kafka store', () => {
  it('writes marks in the background, many per record, and reads them back', async () => {
    const { store, clock, at, writes } = marksTopic()
    const first = store()
    await own(first)
    await own(first, 1)
    for (let n = 0; n < 50; n++) await complete(first, `evt_${n}`, n % 2)
    expect(writes).toEqual([])
    await clock.advance(20)
    expect(writes).toEqual(['events/0,events/1'])
    expect(at('events', 0)).toHaveLength(1)
    const second = store()
    await own(second)
    expect(await typeOf(second, 'evt_0')).toBe('completed')
    expect(await typeOf(second, 'evt_50')).toBe('claimed')
  })

  it("knows only the marks of the event's partition", async () => {
    const { store } = marksTopic()
    const first = store()
    await own(first)
    await own(first, 1)
    await complete(first, 'evt', 0)
    expect(await typeOf(first, 'evt', 1)).toBe('claimed')
  })

  it('ignores the marks of another group whose marks topic has the same name', async () => {
    const { store } = marksTopic()
    const first = store()
    await own(first)
    await complete(first, 'evt')
    await first.flush()
    const other = store(1_000, 'other')
    await own(other)
    expect(await typeOf(other, 'evt')).toBe('claimed')
  })

  it('knows the marks that were copied from another group, until they expire', async () => {
    const { store, clock, at } = marksTopic()
    const first = store()
    await own(first)
    await complete(first, 'evt')
    await first.flush()
    for (const record of at('events', 0)) record.formerGroup = 'group'
    const other = store(1_000, 'other')
    await own(other)
    const again = await other.claim(key('evt'), 'f')
    expect(again).toEqual({ type: 'completed', fingerprint: 'f' })
    const conflict = await other.claim(key('evt'), 'another')
    expect(conflict).toMatchObject({
      type: 'completed',
      fingerprint: expect.not.stringMatching('another'),
    })
    expect(await typeOf(other, 'evt_2')).toBe('claimed')
    await clock.advance(CONTRACT_TTL_MS)
    expect(await typeOf(other, 'evt')).toBe('claimed')
  })

  it('knows marks of the version that had no content hashes, and what they are to be compared with', async () => {
    const { store, clock, at } = marksTopic()
    const value = Buffer.from('01c0efbdad57a02ddf49e764dc44863b03', 'hex')
    at('events', 0).push({ value, timestampMs: clock.now() })
    const newer = store()
    await own(newer)
    const result = await newer.claim(key('evt_1'), 'hash')
    if (result.type !== 'completed-formerly') throw new Error(`it is ${result.type}`)
    expect(['fingerprint', 'another'].map(result.isSame)).toEqual([true, false])
  })

  it('flushes all earlier marks, including those made during a write', async () => {
    const { store, at } = marksTopic()
    const first = store()
    await own(first)
    await complete(first, 'a')
    const flushed = first.flush()
    await complete(first, 'b')
    await Promise.all([flushed, first.flush()])
    expect(at('events', 0)).toHaveLength(2)
  })

  it('rejects a flush while marks cannot be written, and writes them later in the background', async () => {
    const { store, faults, clock, reported, at } = marksTopic()
    const first = store()
    await own(first)
    faults.write = true
    await complete(first, 'a')
    await expect(first.flush()).rejects.toThrow('not acknowledged')
    await complete(first, 'b')
    await expect(first.flush()).rejects.toThrow('not acknowledged')
    expect(reported).toContain('not acknowledged: 2')
    expect(await typeOf(first, 'a')).toBe('completed')
    faults.write = false
    await clock.advance(1_000)
    expect(at('events', 0)).toHaveLength(1)
    await first.flush()
    const second = store()
    await own(second)
    expect([await typeOf(second, 'a'), await typeOf(second, 'b')]).toEqual([
      'completed',
      'completed',
    ])
  })

  it('refuses claims while too many marks are unwritten, and recovers by itself', async () => {
    const { store, faults, clock } = marksTopic()
    const first = store(100_000)
    await own(first)
    faults.write = true
    let n = 0
    await expect(async () => {
      while (n < 70_000) await complete(first, `evt_${n++}`)
    }).rejects.toThrow('65536 marks of completed events are waiting to be written')
    faults.write = false
    await clock.advance(1_000)
    await complete(first, 'evt_new')
    await first.flush()
    const second = store(100_000)
    await own(second)
    expect(await typeOf(second, 'evt_65535')).toBe('completed')
  })

  it('evicts the oldest marks beyond its limit over all partitions, and reports it', async () => {
    const { store, clock, reported } = marksTopic()
    const first = store(3)
    await own(first)
    await own(first, 1)
    for (const [n, partition] of [0, 1, 0, 1].entries()) {
      await complete(first, `evt_${n}`, partition)
      await clock.advance(1_000)
    }
    expect(reported.filter((text) => text.startsWith('evicted'))).toEqual(['evicted 1'])
    expect(await typeOf(first, 'evt_0', 0)).toBe('claimed')
    expect(await typeOf(first, 'evt_1', 1)).toBe('completed')
  })

  it('reads back no more records than its limit, and counts the others', async () => {
    const { store, reported } = marksTopic()
    const first = store()
    await own(first)
    for (let n = 0; n < 10; n++) {
      await complete(first, `evt_${n}`)
      await first.flush()
    }
    const second = store(4)
    await own(second)
    expect(reported).toContain('evicted 6')
    expect([await typeOf(second, 'evt_5'), await typeOf(second, 'evt_6')]).toEqual([
      'claimed',
      'completed',
    ])
  })

  it('forgets the marks of a lost partition, reads them again, and accepts late ones', async () => {
    const { store } = marksTopic()
    const [a, b] = [store(), store()]
    const loss = await own(a)
    const late = claimOf(await a.claim(key('late'), 'f'))
    await complete(a, 'evt_1')
    await a.flush()
    loss.abort()
    expect(() => a.claim(key('evt_1'), 'f')).toThrow('events/0 is not owned')
    const lossOfB = await own(b)
    await complete(b, 'evt_2')
    await b.flush()
    lossOfB.abort()
    await late.complete('processed')
    await own(a)
    for (const id of ['evt_1', 'evt_2', 'late']) expect(await typeOf(a, id)).toBe('completed')
  })

  it('does not grant a claim twice if the partition is regained while it is held', async () => {
    const { store } = marksTopic()
    const first = store()
    const loss = await own(first)
    const held = claimOf(await first.claim(key('evt'), 'f'))
    loss.abort()
    await own(first)
    expect(await typeOf(first, 'evt')).toBe('claimed-elsewhere')
    await held.release()
    expect(await typeOf(first, 'evt')).toBe('claimed')
  })

  it('retries if the marks could not be read', async () => {
    const { store, faults } = marksTopic()
    const first = store()
    const lost = new AbortController().signal
    const owned = { topic: 'events', partition: 0, lost }
    faults.read = true
    await expect(first.open(owned)).rejects.toThrow('no answer')
    expect(() => first.claim(key('evt'), 'f')).toThrow('not owned')
    faults.read = false
    await first.open(owned)
    expect(await typeOf(first, 'evt')).toBe('claimed')
  })

  it('skips and counts records that it cannot read, and reads the others', async () => {
    const { store, at, reported } = marksTopic()
    const first = store()
    await own(first)
    await complete(first, 'evt')
    const newer = Buffer.concat([Buffer.from([2]), Buffer.alloc(40)])
    at('events', 0).push({ value: newer, timestampMs: 0 }, { value: null, timestampMs: 0 })
    await first.flush()
    const second = store()
    await own(second)
    expect(reported).toContain('unreadable 2 of events/0')
    expect(await typeOf(second, 'evt')).toBe('completed')
  })

  it('reads marks with their age, and none from the future', async () => {
    const { store, at, clock } = marksTopic()
    const first = store()
    await own(first)
    await complete(first, 'old')
    await first.flush()
    await complete(first, 'ahead')
    await first.flush()
    at('events', 0)[1]!.timestampMs += 86_400_000
    await clock.advance(CONTRACT_TTL_MS / 2)
    const second = store()
    await own(second)
    expect(await typeOf(second, 'old')).toBe('completed')
    await clock.advance(CONTRACT_TTL_MS / 2)
    expect(await typeOf(second, 'old')).toBe('claimed')
    await clock.advance(CONTRACT_TTL_MS / 2)
    expect(await typeOf(second, 'ahead')).toBe('claimed')
  })

  it('writes the remaining marks on close, but not while Kafka is unavailable', async () => {
    const { store, faults, at, writes } = marksTopic()
    const first = store()
    await own(first)
    await complete(first, 'a')
    await first.close()
    expect(at('events', 0)).toHaveLength(1)
    const second = store()
    await own(second)
    faults.write = true
    await complete(second, 'b')
    await expect(second.flush()).rejects.toThrow()
    const tried = writes.length
    await second.close()
    expect(writes).toHaveLength(tried)
  })
})
