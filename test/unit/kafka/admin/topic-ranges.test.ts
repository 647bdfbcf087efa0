import { expect, it } from 'vitest'
import { readTopicRanges } from '../../../../src/kafka/admin/topic-ranges.ts'
import type { Cluster } from '../../../../src/kafka/protocol/cluster.ts'
import {
  EARLIEST,
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
          offset: timestampMs === EARLIEST ? 3 : 40 + partition,
        })),
      )
      return { partitions: answers }
    },
  }
  return { cluster: cluster as unknown as Cluster, requests }
}

it('asks each broker once for the starts and once for the ends, whatever the number of topics', async () => {
  const topics = ['a', 'b', 'c', 'd']
  const { cluster, requests } = clusterOf(...topics)
  const ranges = await readTopicRanges(cluster, topics, new Map())
  expect(requests.map(({ nodeId }) => nodeId).sort()).toEqual([0, 0, 1, 1])
  for (const request of requests) expect(request.topics).toEqual(topics)
  expect([...ranges.keys()]).toEqual(topics)
  expect([...ranges.get('d')!]).toEqual([
    [0, { low: 3, high: 40 }],
    [1, { low: 3, high: 41 }],
  ])
})

it('keeps the last known range of a partition whose leader is moving, and leaves missing topics out', async () => {
  const { cluster } = clusterOf('a', 'moving')
  const known = new Map([['moving', new Map([[1, { low: 0, high: 7 }]])]])
  const ranges = await readTopicRanges(cluster, ['a', 'moving', 'missing'], known)
  expect([...ranges.keys()]).toEqual(['a', 'moving'])
  expect([...ranges.get('moving')!]).toEqual([[1, { low: 0, high: 7 }]])
})
