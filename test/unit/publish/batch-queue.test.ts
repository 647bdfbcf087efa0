import { describe, expect, it } from 'vitest'
import type { OutgoingRecord } from '../../../src/kafka/producer/message.ts'
import { createBatchQueue } from '../../../src/publish/batch-queue.ts'
import { QueueRoom } from '../../../src/publish/queue-room.ts'
import { settled } from '../../support/manual-clock.ts'
import { tooLarge, unavailable } from './fake-producer.ts'

const record = (key: string, size = 10): OutgoingRecord => ({ key, value: Buffer.alloc(size) })

function queueOf({ maxBatchBytes = 100_000, maxQueuedBytes = 100_000 } = {}) {
  const room = new QueueRoom(maxQueuedBytes)
  const batches: string[][] = []
  const answers: { ok(refused?: Map<OutgoingRecord, Error>): void; fail(error: Error): void }[] = []
  const queue = createBatchQueue(
    (records) => {
      batches.push(records.map(({ key }) => String(key)))
      return new Promise((resolve, fail) => {
        answers.push({ ok: (refused = new Map()) => resolve(refused), fail })
      })
    },
    { maxBatchRecords: 3, maxBatchBytes },
    room,
  )
  const add = (record: OutgoingRecord) =>
    new Promise<void>((resolve, reject) => {
      queue.add(record, (error) => (error === undefined ? resolve() : reject(error)))
    })
  return { queue: { add, room: async () => room.wait() }, batches, answers }
}

describe('the batch queue', () => {
  it('collects records while a batch is in flight, up to the limit, in order', async () => {
    const { queue, batches, answers } = queueOf()
    for (const key of ['a', 'b']) void queue.add(record(key))
    await settled()
    for (const key of ['c', 'd', 'e', 'f']) void queue.add(record(key))
    answers[0]!.ok()
    await settled()
    answers[1]!.ok()
    await settled()
    expect(batches).toEqual([['a', 'b'], ['c', 'd', 'e'], ['f']])
  })

  it('limits the size of a batch, but sends at least one record', async () => {
    const { queue, batches, answers } = queueOf({ maxBatchBytes: 1_000 })
    for (const key of ['a', 'b', 'c', 'd']) void queue.add(record(key, key === 'c' ? 5_000 : 300))
    for (let i = 0; i < 3; i++) {
      await settled()
      answers[i]!.ok()
    }
    expect(batches).toEqual([['a', 'b'], ['c'], ['d']])
  })

  it('has no room while too many bytes are queued', async () => {
    const { queue, answers } = queueOf({ maxQueuedBytes: 500 })
    const first = queue.add(record('a', 1_000))
    let hasRoom = false
    const room = queue.room().then(() => {
      hasRoom = true
    })
    await settled()
    expect(hasRoom).toBe(false)
    answers[0]!.ok()
    await Promise.all([first, room])
  })

  it('fails only the record that was refused', async () => {
    const { queue, answers } = queueOf()
    const bad = record('bad')
    const done = Promise.allSettled([
      queue.add(record('a')),
      queue.add(bad),
      queue.add(record('b')),
    ])
    await settled()
    answers[0]!.ok(new Map([[bad, tooLarge()]]))
    expect((await done).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('fails the records queued behind a failed batch, and has room again', async () => {
    const { queue, batches, answers } = queueOf({ maxQueuedBytes: 100 })
    const done = Promise.allSettled(['a', 'b', 'c', 'd'].map((key) => queue.add(record(key))))
    await settled()
    answers[0]!.fail(unavailable())
    expect((await done).map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
    expect(batches).toEqual([['a', 'b', 'c']])
    await queue.room()
    const next = queue.add(record('e'))
    await settled()
    answers[1]!.ok()
    await next
  })
})
