import { expect, it } from 'vitest'
import type { Portion } from '../../../../src/kafka/producer/partition-queue.ts'
import { Sender } from '../../../../src/kafka/producer/sender.ts'
import type { Cluster } from '../../../../src/kafka/protocol/cluster.ts'
import type { ProduceBody } from '../../../../src/kafka/protocol/requests/produce.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

/** A sender to one broker that writes everything at offset 40. */
function sending(maxRequestBytes = 8_388_608) {
  const requests: ProduceBody[] = []
  const cluster = {
    leaderOf: () => ({ nodeId: 1, epoch: 0 }),
    refresh: async () => {},
    async send(_node: number, _purpose: string, _request: unknown, body: ProduceBody) {
      requests.push(body)
      const partitions = body.topics.flatMap(({ topic, partitions: all }) =>
        all.map(({ partition }) => ({ topic, partition, errorCode: 0, baseOffset: 40 })),
      )
      return { partitions }
    },
  }
  const sender = new Sender({
    cluster: cluster as unknown as Cluster,
    clock: new ManualClock(),
    producer: { producerId: 7n, epoch: 0 },
    maxRequestBytes,
  })
  const add = (partition: number, more: Partial<Portion> = {}) =>
    new Promise<number>((resolve, reject) => {
      const record = { key: null, value: Buffer.from('value'), timestampMs: 0 }
      const settle = { written: resolve, failed: reject }
      const portion = { records: [record], bytes: 5, deadlineMs: 1_000, ...settle, ...more }
      sender.add({ topic: 't', partition }, portion)
    })
  return { add, requests }
}

it('sends what waits for several partitions of a leader in one request', async () => {
  const { add, requests } = sending()
  const first = add(0)
  const others = [add(1), add(2)]
  expect(await Promise.all([first, ...others])).toEqual([40, 40, 40])
  expect(requests.length).toBeLessThan(3)
})

it('fails a batch that cannot be compressed, and no other', async () => {
  const { add } = sending()
  const compressor = { codec: 4, compress: () => Promise.reject(new Error('no zstd')) }
  const results = await Promise.allSettled([add(0, { compressor }), add(1)])
  expect(results).toEqual([
    { status: 'rejected', reason: new Error('no zstd') },
    { status: 'fulfilled', value: 40 },
  ])
  expect(await add(0)).toBe(40)
})

it('sends no more in a request than brokers take, and lets each partition have its turn', async () => {
  const limit = 1_000_000
  const { add, requests } = sending(limit)
  const value = Buffer.alloc(600_000)
  const record = { key: null, value, timestampMs: 0 }
  const large = { records: [record], bytes: value.length }
  const first = [0, 1, 2].map((partition) => add(partition, large))
  const more = Array.from({ length: 4 }, () => add(0, large))
  await Promise.all([...first, ...more])
  const partitions = requests.map(({ topics }) => topics.flatMap((each) => each.partitions))
  for (const all of partitions) {
    expect(all.reduce((sum, { batch }) => sum + batch!.length, 0)).toBeLessThanOrEqual(limit)
  }
  const order = partitions.flat().map(({ partition }) => partition)
  expect(order).toHaveLength(7)
  // Partition 0 has more to send all the time, but the others do not wait until it has none.
  expect(order.slice(0, 3).sort()).toEqual([0, 1, 2])
})
