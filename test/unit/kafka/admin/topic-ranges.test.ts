import { expect, it } from 'vitest'
import {
  readFirstOffsetsSince,
  readTopicRanges,
  type TopicRanges,
} from '../../../../src/kafka/admin/topic-ranges.ts'
import type { Cluster } from '../../../../src/kafka/protocol/cluster.ts'
import {
  EARLIEST,
  LATEST,
  type ListOffsetsBody,
} from '../../../../src/kafka/protocol/requests/list-offsets.ts'

const NOT_LEADER = 6

/** Topics of two partitions, each led by a broker of its own. Those named `moving` have no leader that responds. */
function clusterOf(...names: string[]) {
  const partitions = new Map([0, 1].map((nodeId) => [nodeId, { nodeId, epoch: 0 }]))
  const requests: { nodeId: number; topics: string[] }[] = []
  const cluster = {
    topic: (name: string) =>
      names.includes(name) ? { topicId: undefined, partitions } : undefined,
    leaderOf: (_: string, partition: number) => partitions.get(partition),
    async send(nodeId: number, _purpose: string, _request: unknown, { topics }: ListOffsetsBody) {
      requests.push({ nodeId, topics: topics.map(({ topic }) => topic) })
      const answers = topics.flatMap(({ topic, partitions: asked }) =>
        asked.map(({ partition, timestampMs }) => ({
          ...{ topic, partition, errorCode: topic === 'moving' ? NOT_LEADER : 0 },
          offset: offsetAt(timestampMs, partition),
        })),
      )
      return { partitions: answers }
    },
  }
  return { cluster: cluster as unknown as Cluster, requests }
}

/** The records of partition 0 have the timestamps 3 to 39; those of partition 1, up to 40. */
function offsetAt(timestampMs: number, partition: number): number {
  if (timestampMs === EARLIEST) return 3
  if (timestampMs === LATEST) return 40 + partition
  return timestampMs < 40 + partition ? timestampMs : -1
}

it('asks each broker once for the starts and once for the ends, whatever the number of topics', async () => {
  const topics = ['a', 'b', 'c', 'd']
  const { cluster, requests } = clusterOf(...topics)
  const ranges = await readTopicRanges(cluster, topics, new Map(), 9)
  expect(requests.map(({ nodeId }) => nodeId).sort()).toEqual([0, 0, 1, 1])
  for (const request of requests) expect(request.topics).toEqual(topics)
  expect([...ranges.keys()]).toEqual(topics)
  expect([...ranges.get('d')!]).toEqual([
    [0, { low: 3, high: 40, atMs: 9 }],
    [1, { low: 3, high: 41, atMs: 9 }],
  ])
})

it('keeps the last known range of a partition whose leader is moving, and leaves missing topics out', async () => {
  const { cluster } = clusterOf('a', 'moving')
  const known = new Map([['moving', new Map([[1, { low: 0, high: 7, atMs: 5 }]])]])
  const ranges = await readTopicRanges(cluster, ['a', 'moving', 'missing'], known, 9)
  expect([...ranges.keys()]).toEqual(['a', 'moving'])
  expect([...ranges.get('moving')!]).toEqual([[1, { low: 0, high: 7, atMs: 5 }]])
})

it('asks each broker once for the first offsets since a time of each topic', async () => {
  const { cluster, requests } = clusterOf('a', 'b', 'moving')
  const known = await readTopicRanges(cluster, ['a', 'b'], new Map(), 9)
  requests.splice(0)
  const times = new Map([
    ['a', 20],
    ['b', 40],
    ['moving', 5],
  ])
  const ranges: TopicRanges = new Map([
    ...known,
    ['moving', new Map([[0, { low: 0, high: 7, atMs: 5 }]])] as const,
  ])
  const first = await readFirstOffsetsSince(cluster, times, ranges)
  expect(requests.map(({ nodeId }) => nodeId).sort()).toEqual([0, 1])
  // In partition 0 of b no record is as late.
  expect(first).toEqual(
    new Map([
      [
        'a',
        new Map([
          [0, 20],
          [1, 20],
        ]),
      ],
      [
        'b',
        new Map([
          [0, 40],
          [1, 40],
        ]),
      ],
    ]),
  )
})
