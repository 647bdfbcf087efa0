import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Cluster } from '../../../../src/kafka/protocol/cluster.ts'
import type { RequestType } from '../../../../src/kafka/protocol/request.ts'
import {
  type MetadataAnswer,
  metadataRequest,
  type TopicAnswer,
} from '../../../../src/kafka/protocol/requests/metadata.ts'
import { Writer } from '../../../../src/kafka/wire/writer.ts'
import { systemClock } from '../../../../src/util/clock.ts'
import {
  connectionOptions,
  type FakeRequest,
  startFakeBroker,
} from '../../../support/fake-broker.ts'

const NO_ID = '0'.repeat(32)
const [ID, OTHER_ID] = ['1'.repeat(32), '2'.repeat(32)]
const [UNKNOWN_TOPIC, LEADER_NOT_AVAILABLE, AUTHORIZATION_FAILED] = [3, 5, 29]

/** Version 12 of the response. */
function metadataOf({ brokers, topics }: MetadataAnswer): Buffer {
  const writer = new Writer({ isCompact: true })
  writer.tags().int32(0)
  writer.array(brokers, ({ nodeId, host, port }) => {
    writer.int32(nodeId).string(host).int32(port).string(null).tags()
  })
  writer.string('cluster').int32(0)
  writer.array(topics, ({ errorCode, topic, topicId, partitions }) => {
    writer
      .int16(errorCode)
      .string(topic)
      .uuid(topicId ?? NO_ID)
      .bool(false)
    writer.array(partitions, (each) => {
      writer.int16(each.errorCode).int32(each.partition).int32(each.leader).int32(each.leaderEpoch)
      for (const _ of ['replicas', 'in sync', 'offline'])
        writer.array([1], (id) => writer.int32(id))
      writer.tags()
    })
    writer.int32(0).tags()
  })
  return writer.tags().written
}

const topic = (
  leaders: readonly [leader: number, epoch: number][],
  more: Partial<TopicAnswer> = {},
): TopicAnswer => ({
  errorCode: 0,
  topic: 'events',
  topicId: ID,
  partitions: leaders.map(([leader, leaderEpoch], partition) => {
    return { errorCode: leader < 0 ? LEADER_NOT_AVAILABLE : 0, partition, leader, leaderEpoch }
  }),
  ...more,
})

const ping: RequestType<undefined, number> = {
  name: 'Ping',
  apiKey: 12,
  versions: { oldest: 3, newest: 3 },
  write() {},
  read: (reader) => reader.int32(),
}

/** Brokers with the ids 1, 2 …, which describe what `topics` holds. */
async function situation(count = 1) {
  const described = { topics: [topic([[1, 5]])], brokers: [] as MetadataAnswer['brokers'] }
  let isHolding = false
  const held: FakeRequest[] = []
  const respond = (request: FakeRequest) => request.respond(metadataOf(described))
  const brokers = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      startFakeBroker({
        onRequest(request) {
          if (request.apiKey === ping.apiKey) request.respond(new Writer().int32(index + 1).written)
          else if (isHolding) held.push(request)
          else respond(request)
        },
      }),
    ),
  )
  described.brokers = brokers.map(({ host, port }, index) => ({ nodeId: index + 1, host, port }))
  const cluster = new Cluster({
    ...connectionOptions(systemClock),
    bootstrap: brokers.map(({ host, port }) => ({ host, port })),
    clock: systemClock,
  })
  onTestFinished(() => cluster.close())
  const asked = () => brokers.flatMap(({ requests }) => requests).filter(isMetadata).length
  return {
    ...{ brokers, described, cluster, asked, held, respond },
    hold(isOn: boolean) {
      isHolding = isOn
    },
  }
}

const isMetadata = ({ apiKey }: FakeRequest) => apiKey === metadataRequest.apiKey

describe('topics', () => {
  it('are described after they were wanted, once', async () => {
    const { cluster, asked } = await situation()
    expect(cluster.topic('events')).toBeUndefined()
    await cluster.want(['events'])
    await cluster.want(['events'])
    expect(asked()).toBe(1)
    expect(cluster.topic('events')?.topicId).toBe(ID)
    expect(cluster.leaderOf('events', 0)).toEqual({ nodeId: 1, epoch: 5 })
    expect(cluster.leaderOf('events', 1)).toBeUndefined()
  })

  it('are asked for again where the first attempt failed', async () => {
    const { cluster, brokers } = await situation()
    const { port } = brokers[0]!
    const lost = new Cluster({
      ...connectionOptions(systemClock),
      bootstrap: [{ host: '127.0.0.1', port: 1 }],
      clock: systemClock,
    })
    onTestFinished(() => lost.close())
    for (let n = 0; n < 2; n++) {
      await expect(lost.want(['events'])).rejects.toThrow('ECONNREFUSED')
    }
    expect(port).toBeGreaterThan(1)
    await cluster.want(['events'])
    expect(cluster.topic('events')).toBeDefined()
  })

  it('that are wanted while others are being asked for are described too', async () => {
    const s = await situation()
    s.hold(true)
    const first = s.cluster.want(['events'])
    await vi.waitFor(() => expect(s.held).toHaveLength(1), { timeout: 30_000 })
    const wants = [first, s.cluster.want(['others']), s.cluster.want(['others'])]
    s.hold(false)
    s.respond(s.held[0]!)
    s.described.topics.push(topic([[1, 0]], { topic: 'others', topicId: OTHER_ID }))
    await Promise.all(wants)
    expect(s.cluster.topic('others')?.topicId).toBe(OTHER_ID)
  })

  it('that are missing are named with the error, and found when they are there', async () => {
    const { cluster, described } = await situation()
    described.topics = [
      topic([], { errorCode: UNKNOWN_TOPIC }),
      topic([], { errorCode: AUTHORIZATION_FAILED, topic: 'secret' }),
    ]
    await cluster.want(['events', 'secret'])
    expect([...cluster.missing]).toEqual([
      ['events', 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['secret', 'TOPIC_AUTHORIZATION_FAILED'],
    ])
    expect(cluster.topic('events')).toBeUndefined()
    described.topics = [topic([[1, 0]])]
    await cluster.refresh()
    expect(cluster.topic('events')).toBeDefined()
    expect([...cluster.missing]).toEqual([])
  })

  it('without ids, of brokers from before Kafka 2.8, have none', async () => {
    const { cluster, described } = await situation()
    described.topics = [topic([[1, 3]], { topicId: undefined })]
    await cluster.want(['events'])
    expect(cluster.topic('events')?.topicId).toBeUndefined()
  })
})

describe('a leader', () => {
  it('that was elected later is not forgotten for what a stale broker says', async () => {
    const { cluster, described } = await situation(2)
    described.topics = [
      topic([
        [2, 6],
        [1, 4],
        [1, 4],
      ]),
    ]
    await cluster.want(['events'])
    described.topics = [
      topic([
        [1, 5],
        [2, 5],
        [2, 4],
      ]),
    ]
    await cluster.refresh()
    expect(cluster.leaderOf('events', 0)).toEqual({ nodeId: 2, epoch: 6 })
    expect(cluster.leaderOf('events', 1)).toEqual({ nodeId: 2, epoch: 5 })
    expect(cluster.leaderOf('events', 2)).toEqual({ nodeId: 2, epoch: 4 })
  })

  it.each([
    ['was created again', OTHER_ID],
    ['has no id', undefined],
  ])('of a topic that %s begins with any epoch', async (_, topicId) => {
    const { cluster, described } = await situation(2)
    described.topics = [topic([[2, 6]], topicId === undefined ? { topicId } : {})]
    await cluster.want(['events'])
    described.topics = [topic([[1, 0]], { topicId })]
    await cluster.refresh()
    expect(cluster.leaderOf('events', 0)).toEqual({ nodeId: 1, epoch: 0 })
  })

  it('is unknown while there is none, or while its broker is away', async () => {
    const { cluster, described } = await situation()
    described.topics = [
      topic([
        [-1, 6],
        [9, 3],
      ]),
    ]
    await cluster.want(['events'])
    expect(cluster.leaderOf('events', 0)).toBeUndefined()
    expect(cluster.leaderOf('events', 1)).toBeUndefined()
    expect(cluster.topic('events')?.partitions.size).toBe(2)
  })
})

describe('brokers', () => {
  it('are asked in turn, and those that are away are passed over', async () => {
    const { cluster, brokers } = await situation(3)
    await cluster.refresh()
    await brokers[1]!.close()
    for (let n = 0; n < 6; n++) await cluster.refresh()
    for (const index of [0, 2]) {
      expect(brokers[index]!.requests.length).toBeGreaterThan(1)
    }
  })

  it('that are all away are named, and found again when they are back', async () => {
    const { cluster, brokers } = await situation(1)
    const { host, port } = brokers[0]!
    await brokers[0]!.close()
    await expect(cluster.refresh()).rejects.toThrow(`connect ECONNREFUSED ${host}:${port}`)
  })

  it('are found at the addresses to begin with when all have moved', async () => {
    const { cluster, brokers, described } = await situation(2)
    const [first, second] = brokers as [(typeof brokers)[0], (typeof brokers)[0]]
    // The bootstrap address leads to a broker that is known by another one.
    const moved = await startFakeBroker({
      onRequest: ({ respond }) => respond(new Writer().int32(77).written),
    })
    described.brokers = [{ nodeId: 1, host: moved.host, port: moved.port }]
    await cluster.refresh()
    expect(await cluster.send(1, 'group', ping, undefined, 5_000)).toBe(77)
    await moved.close()
    described.brokers = [{ nodeId: 1, host: second.host, port: second.port }]
    await cluster.refresh()
    expect(await cluster.send(1, 'group', ping, undefined, 5_000)).toBe(2)
    expect(first.requests.length + second.requests.length).toBeGreaterThan(2)
  })

  it('whose address nobody has any more are hung up on, and what waits for them fails', async () => {
    const { cluster, described, brokers } = await situation(1)
    const old = await startFakeBroker()
    described.brokers = [{ nodeId: 1, host: old.host, port: old.port }]
    await cluster.refresh()
    const waiting = cluster.send(1, 'join', ping, undefined, 60_000)
    const failure = expect(waiting).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE' })
    await vi.waitFor(() => expect(old.requests).toHaveLength(1), { timeout: 30_000 })
    const { host, port } = brokers[0]!
    described.brokers = [{ nodeId: 1, host, port }]
    await cluster.refresh()
    await failure
    expect(await cluster.send(1, 'join', ping, undefined, 5_000)).toBe(1)
  })

  it('are known at one address', async () => {
    const { cluster, described } = await situation(1)
    await cluster.refresh()
    const [broker] = described.brokers
    expect(cluster.hasBroker(broker!)).toBe(true)
    expect(cluster.hasBroker({ ...broker!, port: 1 })).toBe(false)
    expect(cluster.hasBroker({ ...broker!, nodeId: 2 })).toBe(false)
  })

  it('that are not part of the cluster are refused', async () => {
    const { cluster } = await situation(1)
    await cluster.refresh()
    await expect(cluster.send(7, 'group', ping, undefined, 1_000)).rejects.toMatchObject({
      code: 'KAFKA_UNAVAILABLE',
      message: 'broker 7 is not part of the cluster',
    })
  })
})

it('has a connection for each purpose, so that none holds another up', async () => {
  const s = await situation(1)
  await s.cluster.refresh()
  s.hold(true)
  const waiting = s.cluster.refresh()
  await vi.waitFor(() => expect(s.held).toHaveLength(1), { timeout: 30_000 })
  expect(await s.cluster.send(1, 'group', ping, undefined, 5_000)).toBe(1)
  s.hold(false)
  s.respond(s.held[0]!)
  await waiting
  expect(s.brokers[0]!.connections).toHaveLength(2)
})

it('asks once for all who want to know', async () => {
  const s = await situation(1)
  s.hold(true)
  const all = [s.cluster.refresh(), s.cluster.refresh()]
  await vi.waitFor(() => expect(s.held).toHaveLength(1), { timeout: 30_000 })
  s.hold(false)
  s.respond(s.held[0]!)
  await Promise.all(all)
  expect(s.asked()).toBe(1)
})

it('tells its listeners of each refresh, after what it has learned', async () => {
  const { cluster } = await situation(1)
  const seen: unknown[] = []
  cluster.onRefresh(() => seen.push(cluster.leaderOf('events', 0)?.nodeId))
  await cluster.want(['events'])
  await cluster.refresh()
  expect(seen).toEqual([1, 1])
})

it('rejects everything when it is closed', async () => {
  const s = await situation(1)
  await s.cluster.refresh()
  s.hold(true)
  const waiting = expect(s.cluster.refresh()).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE' })
  await vi.waitFor(() => expect(s.held).toHaveLength(1), { timeout: 30_000 })
  s.cluster.close()
  await waiting
  await expect(s.cluster.refresh()).rejects.toMatchObject({ message: 'the client is closed' })
})
