import { expect, it } from 'vitest'
import { createTopicQueue } from '../../../src/publish/topic-queue.ts'
import type { MaybePromise } from '../../../src/util/maybe-promise.ts'
import { settled } from '../../support/manual-clock.ts'
import { unavailable } from './fake-producer.ts'

/** By murmur2 of their keys, `a` and `b` go to partition 0 of 2, and `f` and `g` to partition 1. */
const record = (key: string) => ({ key, value: Buffer.alloc(100) })

function queueOf(partitionCount: () => MaybePromise<number> = () => 2, maxQueuedBytes = 100_000) {
  const sent: { partition: number | undefined; keys: unknown[]; end(error?: Error): void }[] = []
  const queue = createTopicQueue({
    partitionCount,
    deliver: (records) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error === undefined ? resolve(new Map()) : reject(error))
        sent.push({ partition: records[0]?.partition, keys: records.map(({ key }) => key), end })
      }),
    limits: { maxBatchRecords: 10, maxBatchBytes: 100_000, maxQueuedBytes },
  })
  const ended: Record<string, 'written' | 'failed'> = {}
  const add = (...keys: string[]) => {
    for (const key of keys) {
      queue.add(record(key), (error) => {
        ended[key] = error === undefined ? 'written' : 'failed'
      })
    }
    return settled()
  }
  const batches = () => sent.map(({ partition, keys }) => ({ partition, keys }))
  return { queue, sent, batches, ended, add }
}

it('sends the records of each partition by themselves, in order', async () => {
  const { queue, batches, add } = queueOf()
  expect(queue.ready()).toBeUndefined()
  await add('a', 'f', 'b', 'g')
  expect(batches()).toEqual([
    { partition: 0, keys: ['a', 'b'] },
    { partition: 1, keys: ['f', 'g'] },
  ])
})

it('writes to other partitions while one does not respond', async () => {
  const { queue, sent, ended, add } = queueOf()
  void queue.ready()
  await add('a', 'f')
  sent[1]!.end()
  await add('g', 'b')
  expect(sent.map(({ keys }) => keys)).toEqual([['a'], ['f'], ['g']])
  sent[2]!.end()
  await settled()
  expect(ended).toEqual({ f: 'written', g: 'written' })
})

it('fails what waits behind a failed batch of its partition, and nothing else', async () => {
  const { queue, sent, ended, add } = queueOf()
  void queue.ready()
  await add('a', 'f')
  await add('b')
  sent[0]!.end(unavailable())
  sent[1]!.end()
  await settled()
  expect(ended).toEqual({ a: 'failed', b: 'failed', f: 'written' })
})

it('has room for all partitions together', async () => {
  const { queue, sent, add } = queueOf(() => 2, 300)
  void queue.ready()
  await add('a', 'f')
  let hasRoom = false
  const waiting = queue.ready()!.then(() => {
    hasRoom = true
  })
  await settled()
  expect(hasRoom).toBe(false)
  sent[0]!.end()
  await waiting
})

it('asks for the partitions once, and takes in new ones', async () => {
  const asked = Promise.withResolvers<number>()
  const counts: MaybePromise<number>[] = [asked.promise, 2, 64]
  const { queue, batches, add } = queueOf(() => counts.shift()!)
  const ready = queue.ready()
  asked.resolve(2)
  await ready
  await add('f')
  void queue.ready()
  await add('g')
  void queue.ready()
  await add('a')
  expect(batches().at(-1)!.partition).toBeGreaterThan(1)
})

it('rejects if the partitions cannot be found, and asks again for the next record', async () => {
  const counts: MaybePromise<number>[] = [Promise.reject(unavailable()), Promise.resolve(2)]
  const { queue } = queueOf(() => counts.shift()!)
  await expect(queue.ready()).rejects.toThrow('Kafka is away')
  await queue.ready()
})
