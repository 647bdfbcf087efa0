import { describe, expect, it } from 'vitest'
import type { Portion } from '../../../../src/kafka/producer/partition-queue.ts'
import { Sender } from '../../../../src/kafka/producer/sender.ts'
import type { Cluster } from '../../../../src/kafka/protocol/cluster.ts'
import type { ProduceBody } from '../../../../src/kafka/protocol/requests/produce.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

interface Sent {
  atMs: number
  body: ProduceBody
  limitMs: number
}

/** By partition: the code of the error, none by default. Undefined: the connection is dead. */
type Answer = (partition: number, attempt: number) => number | undefined

/** A sender to one broker that writes everything at offset 40. */
function sending({
  epoch = 0,
  answer = () => 0,
  maxRequestBytes = 8_388_608,
}: {
  epoch?: number
  answer?: Answer
  maxRequestBytes?: number
} = {}) {
  const clock = new ManualClock()
  const requests: Sent[] = []
  const cluster = {
    leaderOf: () => ({ nodeId: 1, epoch: 0 }),
    refresh: async () => {},
    async send(_node: number, _to: string, _type: unknown, body: ProduceBody, limitMs: number) {
      const attempt = requests.push({ atMs: clock.elapsedMs(), body, limitMs })
      const partitions = body.topics.flatMap(({ topic, partitions: all }) =>
        all.map(({ partition }) => ({ topic, partition, errorCode: answer(partition, attempt) })),
      )
      if (partitions.some(({ errorCode }) => errorCode === undefined)) {
        await clock.sleep(limitMs)
        throw new Error('no response in time')
      }
      return { partitions: partitions.map((each) => ({ ...each, baseOffset: 40 })) }
    },
  }
  const sender = new Sender({
    cluster: cluster as unknown as Cluster,
    clock,
    producer: { producerId: 7n, epoch },
    maxRequestBytes,
  })
  const add = (partition: number, more: Partial<Portion> = {}, value = Buffer.from('value')) =>
    new Promise<number>((resolve, reject) => {
      const record = { key: null, value, timestampMs: 0 }
      const settle = { written: resolve, failed: reject }
      const portion = { records: [record], bytes: 5, deadlineMs: 30_000, ...settle, ...more }
      sender.add({ topic: 't', partition }, portion)
    })
  return { add, requests, sender, clock }
}

/** The bytes of its only batch. */
function batchOf({ body }: Sent): Buffer {
  return body.topics[0]!.partitions[0]!.batch
}

it('sends what waits for several partitions of a leader in one request', async () => {
  const { add, requests } = sending()
  const first = add(0)
  const others = [add(1), add(2)]
  expect(await Promise.all([first, ...others])).toEqual([40, 40, 40])
  expect(requests).toHaveLength(1)
})

it('fails what waits when it is closed, and what comes later', async () => {
  const { add, sender } = sending({ answer: () => undefined })
  const waiting = add(0)
  await settled()
  sender.close()
  await expect(waiting).rejects.toThrow('the producer is closed')
  await expect(add(0)).rejects.toThrow('the producer is closed')
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

describe('a connection that is dead', () => {
  const isDeadFirst: Answer = (_, attempt) => (attempt === 1 ? undefined : 0)

  it('is given up after 8 s, and the very same batch is sent again before any other', async () => {
    const { add, requests, clock } = sending({ answer: isDeadFirst })
    const first = add(0)
    await clock.advance(100)
    const second = add(0)
    await clock.advance(8_000)
    expect(requests).toHaveLength(1)
    await clock.advance(1_000)
    expect(await Promise.all([first, second])).toEqual([40, 40])
    const [lost, again, next] = requests
    expect(again!.atMs - lost!.atMs).toBeLessThanOrEqual(8_500)
    expect(batchOf(again!)).toEqual(batchOf(lost!))
    expect(next!.body.topics[0]!.partitions).toHaveLength(1)
    expect(batchOf(next!)).not.toEqual(batchOf(lost!))
  })

  it('is not taken for one whose broker waits for its replicas', async () => {
    const { add, requests } = sending()
    await add(0)
    expect(requests[0]!.body.timeoutMs).toBeLessThan(requests[0]!.limitMs - 2_000)
  })

  it('is not taken for a slow one, on which no byte comes back while much goes out', async () => {
    const { add, requests } = sending()
    await add(0, {}, Buffer.alloc(8_000_000))
    expect(requests[0]!.limitMs).toBeGreaterThanOrEqual(16_000)
  })
})

it('is worn out when one partition has used up its epochs', async () => {
  const [LAST_EPOCH, LOST_TRACK] = [32_767, 45]
  const answer: Answer = (partition) => (partition === 3 ? LOST_TRACK : 0)
  const { add, sender } = sending({ epoch: LAST_EPOCH, answer })
  await Promise.all([add(0), add(1)])
  expect(sender.isWornOut).toBe(false)
  await add(3).catch(() => undefined)
  expect(sender.isWornOut).toBe(true)
})

it('sends no more in a request than brokers take, and lets each partition have its turn', async () => {
  const limit = 1_000_000
  const { add, requests } = sending({ maxRequestBytes: limit })
  const value = Buffer.alloc(600_000)
  const record = { key: null, value, timestampMs: 0 }
  const large = { records: [record], bytes: value.length }
  const first = [0, 1, 2].map((partition) => add(partition, large))
  const more = Array.from({ length: 4 }, () => add(0, large))
  await Promise.all([...first, ...more])
  const partitions = requests.map(({ body }) => body.topics.flatMap((each) => each.partitions))
  for (const all of partitions) {
    expect(all.reduce((sum, { batch }) => sum + batch!.length, 0)).toBeLessThanOrEqual(limit)
  }
  const order = partitions.flat().map(({ partition }) => partition)
  expect(order).toHaveLength(7)
  // Partition 0 has more to send all the time, but the others do not wait until it has none.
  expect(order.slice(0, 3).sort()).toEqual([0, 1, 2])
})

/** A broker answers when it is told to, and leadership moves meanwhile. */
function moving() {
  const clock = new ManualClock()
  let leader = 1
  const asked: { node: number; batch: Buffer; answer: (errorCode: number) => Promise<void> }[] = []
  const cluster = {
    leaderOf: () => ({ nodeId: leader, epoch: 0 }),
    refresh: async () => {},
    send: (node: number, _to: string, _type: unknown, body: ProduceBody) =>
      new Promise((resolve) => {
        const [{ topic, partitions }] = body.topics as [ProduceBody['topics'][number]]
        const [{ partition, batch }] = partitions as [(typeof partitions)[number]]
        const answer = async (errorCode: number) => {
          resolve({ partitions: [{ topic, partition, errorCode, baseOffset: 40 }] })
          await settled()
        }
        asked.push({ node, batch, answer })
      }),
  }
  const sender = new Sender({
    cluster: cluster as unknown as Cluster,
    clock,
    producer: { producerId: 7n, epoch: 0 },
    maxRequestBytes: 8_388_608,
  })
  const ended: string[] = []
  const add = async (name: string) => {
    const record = { key: null, value: Buffer.from(name), timestampMs: 0 }
    const note = (how: string) => () => void ended.push(`${name} ${how}`)
    const settle = { written: note('written'), failed: note('failed') }
    sender.add(
      { topic: 't', partition: 0 },
      { records: [record], bytes: 5, deadlineMs: 30_000, ...settle },
    )
    await settled()
  }
  const moveTo = (node: number) => {
    leader = node
  }
  return { asked, add, ended, moveTo }
}

describe('a former leader that answers late', () => {
  const NOT_LEADER = 6
  const LOST_TRACK = 45

  it.each([
    ['written', 0],
    ['not the leader', NOT_LEADER],
    ['lost track', LOST_TRACK],
    ['refused', 29],
  ])('says nothing of the batch that is under way by then: %s', async (_, errorCode) => {
    const { asked, add, ended, moveTo } = moving()
    await add('one')
    moveTo(2)
    await add('two')
    expect(asked.map(({ node }) => node)).toEqual([1, 2])
    expect(asked[1]!.batch).toEqual(asked[0]!.batch)
    await asked[1]!.answer(0)
    expect(ended).toEqual(['one written'])
    expect(asked.map(({ node }) => node)).toEqual([1, 2, 2])

    await asked[0]!.answer(errorCode)
    expect(ended).toEqual(['one written'])
    await asked[2]!.answer(0)
    expect(ended).toEqual(['one written', 'two written'])
    expect(asked).toHaveLength(3)
  })
})
