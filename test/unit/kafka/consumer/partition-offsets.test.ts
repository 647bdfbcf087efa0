import { describe, expect, it, vi } from 'vitest'
import { readPartitionOffsets } from '../../../../src/kafka/consumer/partition-offsets.ts'
import { readLogRanges } from '../../../../src/kafka/fetch/log-ranges.ts'
import type { GroupMember } from '../../../../src/kafka/member/group-member.ts'
import type { Cluster } from '../../../../src/kafka/protocol/cluster.ts'
import type { ListOffsetsBody } from '../../../../src/kafka/protocol/requests/list-offsets.ts'

const [NOT_LEADER, UNSTABLE_OFFSET_COMMIT] = [6, 88]
const LATEST = -1
const place = (partition: number) => ({ topic: 'events', partition })
const places = [place(0), place(1), place(2), place(3)]

/** Brokers 1 and 2 lead partitions 0 to 2; partition 3 has no leader. The logs are 10 to 20. */
function situation() {
  const leaders = [1, 2, 1]
  const errors = new Map<number, number>()
  const away = new Set<number>()
  const silent = new Set<number>()
  const send = vi.fn(
    async (nodeId: number, _purpose: string, _request: unknown, { topics }: ListOffsetsBody) => {
      if (away.has(nodeId)) throw new Error(`broker ${nodeId} is away`)
      const partitions = topics.flatMap(({ topic, partitions: queries }) =>
        queries.map(({ partition, timestampMs }) => {
          const errorCode = errors.get(partition) ?? 0
          return { topic, partition, errorCode, offset: timestampMs === LATEST ? 20 : 10 }
        }),
      )
      return { partitions: partitions.filter(({ partition }) => !silent.has(partition)) }
    },
  )
  const refresh = vi.fn(async () => {})
  const leaderOf = (_: string, partition: number) => {
    const nodeId = leaders[partition]
    return nodeId === undefined ? undefined : { nodeId, epoch: 0 }
  }
  const ids = { events: 'first' }
  const topic = () => ({ topicId: ids.events })
  const cluster = { leaderOf, send, refresh, topic } as unknown as Cluster
  const commits = places.map((each) => ({ ...each, errorCode: 0, offset: 15, leaderEpoch: 6 }))
  const committed = vi.fn(async () => commits)
  const member = { committed } as unknown as GroupMember
  return { cluster, send, refresh, ids, errors, away, silent, commits, committed, member }
}

describe('log ranges', () => {
  it('are read from each leader, and a partition without one holds up no other', async () => {
    const { cluster, send } = situation()
    const range = { low: 10, high: 20 }
    expect(await readLogRanges(cluster, places)).toEqual([
      { ...place(0), range },
      { ...place(1), range },
      { ...place(2), range },
      { ...place(3), error: new Error('events/3 has no leader') },
    ])
    expect(send).toHaveBeenCalledTimes(4)
  })

  it('are missing where a broker is away, with the reason', async () => {
    const { cluster, away } = situation()
    away.add(2)
    const answers = await readLogRanges(cluster, places.slice(0, 3))
    expect(answers.map((each) => ('error' in each ? each.error.message : 'ok'))).toEqual([
      'ok',
      'broker 2 is away',
      'ok',
    ])
  })

  it('are missing where a broker does not lead the partition any more', async () => {
    const { cluster, errors } = situation()
    errors.set(0, NOT_LEADER)
    const [first, second] = await readLogRanges(cluster, places)
    const message = "cannot find the log's ends of events/0: NOT_LEADER_FOR_PARTITION"
    expect(first).toMatchObject({ error: { message } })
    expect(second).toMatchObject({ range: { low: 10 } })
  })

  it('are missing where a response lacks the partition', async () => {
    const { cluster, silent } = situation()
    silent.add(2)
    expect((await readLogRanges(cluster, places))[2]).toMatchObject({ error: expect.any(Error) })
  })

  it('of nothing ask nobody', async () => {
    const { cluster, send } = situation()
    expect(await readLogRanges(cluster, [])).toEqual([])
    expect(send).not.toHaveBeenCalled()
  })
})

describe('the offsets of partitions', () => {
  it('are judged one by one', async () => {
    const s = situation()
    s.commits[1] = { ...s.commits[1]!, errorCode: UNSTABLE_OFFSET_COMMIT }
    s.commits[2] = { ...s.commits[2]!, offset: -1 }
    const read = await readPartitionOffsets(s.member, s.cluster, places)
    expect(read.get('events/0')).toEqual({ committed: 15, committedEpoch: 6, low: 10, high: 20 })
    expect(read.get('events/1')).toMatchObject({
      message: expect.stringContaining('cannot read the offset of events/1: '),
    })
    expect(read.get('events/2')).toEqual({
      committed: undefined,
      committedEpoch: 6,
      low: 10,
      high: 20,
    })
    expect(read.get('events/3')).toEqual(new Error('events/3 has no leader'))
    expect(s.refresh).toHaveBeenCalledTimes(1)
  })

  it('are missing where the coordinator leaves one out', async () => {
    const s = situation()
    s.commits.shift()
    const read = await readPartitionOffsets(s.member, s.cluster, places.slice(0, 2))
    expect(read.get('events/0')).toEqual(new Error('no committed offset of events/0 in response'))
    expect(read.get('events/1')).toMatchObject({ committed: 15 })
  })

  it('are not known where the topic was created again meanwhile', async () => {
    const s = situation()
    s.refresh.mockImplementation(async () => {
      s.ids.events = 'second'
    })
    const read = await readPartitionOffsets(s.member, s.cluster, [place(0)])
    expect(read.get('events/0')).toEqual(new Error('topic events was created again'))
  })

  it('are not read while the coordinator is away', async () => {
    const s = situation()
    s.committed.mockRejectedValue(new Error('away'))
    await expect(readPartitionOffsets(s.member, s.cluster, places)).rejects.toThrow('away')
  })
})
