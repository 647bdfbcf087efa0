import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openCluster } from '../../src/kafka/client/client.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../src/kafka/member/subscription.ts'
import type { Cluster } from '../../src/kafka/protocol/cluster.ts'
import type { RequestType } from '../../src/kafka/protocol/request.ts'
import { fetchRequest, NO_SESSION } from '../../src/kafka/protocol/requests/fetch.ts'
import { findCoordinatorRequest } from '../../src/kafka/protocol/requests/find-coordinator.ts'
import { heartbeatRequest } from '../../src/kafka/protocol/requests/heartbeat.ts'
import { joinGroupRequest } from '../../src/kafka/protocol/requests/join-group.ts'
import { leaveGroupRequest } from '../../src/kafka/protocol/requests/leave-group.ts'
import {
  EARLIEST,
  LATEST,
  listOffsetsRequest,
} from '../../src/kafka/protocol/requests/list-offsets.ts'
import { metadataRequest } from '../../src/kafka/protocol/requests/metadata.ts'
import { offsetCommitRequest } from '../../src/kafka/protocol/requests/offset-commit.ts'
import { offsetFetchRequest } from '../../src/kafka/protocol/requests/offset-fetch.ts'
import { syncGroupRequest } from '../../src/kafka/protocol/requests/sync-group.ts'
import { RecordBatch } from '../../src/kafka/records/record-batch.ts'
import { systemClock } from '../../src/util/clock.ts'
import { createTopics, kafkaClient, serviceClient, uniqueName, until } from '../support/stack.ts'

const LIMIT_MS = 60_000
const OFFSET_OUT_OF_RANGE = 1
const MEMBER_ID_REQUIRED = 79
/** It is loading, there is none, or it is another broker. */
const LOADING = [14, 15, 16]
const [UNKNOWN_TOPIC, UNKNOWN_MEMBER, UNKNOWN_TOPIC_ID] = [3, 25, 100]
const topic = uniqueName('versions')

type AnyVersions = { versions: { oldest: number; newest: number } }
const versionsOf = ({ versions: { oldest, newest } }: AnyVersions) =>
  Array.from({ length: newest - oldest + 1 }, (_, n) => oldest + n)

/** The same request in one version only: where the broker lacks it, sending it fails. */
function only<Body, Answer>(type: RequestType<Body, Answer>, version: number) {
  return { ...type, versions: { oldest: version, newest: version } }
}

function cluster(): Cluster {
  const opened = openCluster(serviceClient(), systemClock)
  onTestFinished(() => opened.close())
  return opened
}

function send<Body, Answer>(type: RequestType<Body, Answer>, version: number, body: Body) {
  return cluster().sendToAny(only(type, version), body, LIMIT_MS)
}

/** The first request for a group has the broker create the topic of the offsets, which takes a moment. */
function whenLoaded<Answer extends { errorCode: number }>(ask: () => Promise<Answer>) {
  const attempt = async () => {
    const answer = await ask()
    return LOADING.includes(answer.errorCode) ? undefined : answer
  }
  return until(attempt, { what: 'a coordinator' })
}

beforeAll(async () => {
  await createTopics({ topic, numPartitions: 2 })
  const producer = kafkaClient().producer()
  await producer.connect()
  const messages = ['one', 'two'].map((value) => ({ value, partition: 0 }))
  await producer.send({ topic, messages })
  await producer.disconnect()
})

it.each(versionsOf(metadataRequest))('Metadata %i', async (version) => {
  const absent = uniqueName('absent')
  const { brokers, topics } = await send(metadataRequest, version, { topics: [topic, absent] })
  expect(brokers.length).toBeGreaterThan(0)
  expect(brokers[0]).toEqual({
    nodeId: expect.any(Number),
    host: expect.any(String),
    port: expect.any(Number),
  })
  const [there, gone] = [topic, absent].map((name) => topics.find((each) => each.topic === name)!)
  expect(gone).toMatchObject({ errorCode: UNKNOWN_TOPIC, partitions: [] })
  expect(there).toMatchObject({ errorCode: 0 })
  expect(there!.topicId).toEqual(version >= 10 ? expect.stringMatching(/^[\da-f]{32}$/) : undefined)
  expect(there!.partitions.map(({ partition }) => partition).sort()).toEqual([0, 1])
  for (const { errorCode, leader, leaderEpoch } of there!.partitions) {
    expect(errorCode).toBe(0)
    expect(brokers.map(({ nodeId }) => nodeId)).toContain(leader)
    expect(leaderEpoch).toBeGreaterThanOrEqual(0)
  }
})

it('Fetch tells a consumer that a log ends before the offset in the epoch of what was read', async () => {
  const on = cluster()
  await on.want([topic])
  const topicId = on.topic(topic)!.topicId!
  const { epoch } = on.leaderOf(topic, 0)!
  const fetch = async (offset: number, lastFetchedEpoch: number) => {
    const from = { partition: 0, leaderEpoch: epoch, lastFetchedEpoch, offset }
    const partitions = [{ ...from, maxBytes: 1_000_000 }]
    const limits = { maxWaitMs: 100, minBytes: 1, maxBytes: 1_000_000 }
    const body = {
      ...limits,
      session: NO_SESSION,
      topics: [{ topic, topicId, partitions }],
      forgotten: [],
    }
    const { topics } = await on.sendToAny(fetchRequest, body, LIMIT_MS)
    return topics[0]!.partitions[0]!
  }
  const same = await fetch(0, -1)
  expect(same.batches.map((each) => each instanceof RecordBatch && each.leaderEpoch)).toContain(
    epoch,
  )
  expect(await fetch(2, epoch)).toMatchObject({ errorCode: 0, batches: [] })
  expect((await fetch(2, epoch)).divergence).toBeUndefined()
  expect(await fetch(7, epoch)).toMatchObject({
    errorCode: 0,
    batches: [],
    divergence: { epoch, endOffset: 2 },
  })
  expect((await fetch(2, epoch + 1)).errorCode).toBe(OFFSET_OUT_OF_RANGE)
})

it.each(versionsOf(fetchRequest))('Fetch %i', async (version) => {
  const on = cluster()
  await on.want([topic])
  const fetch = (topicId: string | undefined) => {
    const partitions = [0, 1].map((partition) => {
      return { partition, leaderEpoch: -1, lastFetchedEpoch: -1, offset: 0, maxBytes: 1_000_000 }
    })
    const limits = { maxWaitMs: 100, minBytes: 1, maxBytes: 1_000_000 }
    const body = {
      ...limits,
      session: NO_SESSION,
      topics: [{ topic, topicId, partitions }],
      forgotten: [],
    }
    return on.sendToAny(only(fetchRequest, version), body, LIMIT_MS)
  }
  const topicId = on.topic(topic)!.topicId!
  const { errorCode, topics } = await fetch(topicId)
  expect(errorCode).toBe(0)
  expect(topics).toHaveLength(1)
  expect(topics[0]!.topic).toBe(version >= 13 ? topicId : topic)
  const [first, second] = topics[0]!.partitions.sort((a, b) => a.partition - b.partition)
  expect(first).toMatchObject({ errorCode: 0, highWatermark: 2, lastStableOffset: 2 })
  expect(first!.batches.at(-1)!.lastOffset).toBe(1)
  expect(second).toMatchObject({ errorCode: 0, highWatermark: 0, batches: [] })
  if (version < 13) return
  const unknown = await fetch('f'.repeat(32))
  expect(unknown.topics[0]!.partitions[0]!.errorCode).toBe(UNKNOWN_TOPIC_ID)
})

it.each(versionsOf(listOffsetsRequest))('ListOffsets %i', async (version) => {
  const offsetsAt = async (timestampMs: number) => {
    const partitions = [0, 1, 9].map((partition) => ({ partition, timestampMs }))
    const answer = await send(listOffsetsRequest, version, {
      isCommittedOnly: false,
      topics: [{ topic, partitions }],
    })
    return answer.partitions.map((each) => [each.partition, each.errorCode, each.offset]).sort()
  }
  expect(await offsetsAt(EARLIEST)).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [9, UNKNOWN_TOPIC, -1],
  ])
  expect(await offsetsAt(LATEST)).toEqual([
    [0, 0, 2],
    [1, 0, 0],
    [9, UNKNOWN_TOPIC, -1],
  ])
  expect(await offsetsAt(Date.now() + 1_000_000)).toEqual([
    [0, 0, -1],
    [1, 0, -1],
    [9, UNKNOWN_TOPIC, -1],
  ])
})

it.each(versionsOf(findCoordinatorRequest))('FindCoordinator %i', async (version) => {
  const on = cluster()
  await on.refresh()
  const body = { type: 'group' as const, key: uniqueName('group') }
  const ask = () => on.sendToAny(only(findCoordinatorRequest, version), body, LIMIT_MS)
  const found = await whenLoaded(ask)
  expect(found.errorCode).toBe(0)
  expect(on.hasBroker(found)).toBe(true)
})

describe('the requests of a group', () => {
  /** Every version of every request once, the longest list of versions leading. */
  const rounds = versionsOf(joinGroupRequest).map((join, n) => {
    const nth = (type: AnyVersions) => versionsOf(type)[n % versionsOf(type).length]!
    return {
      join,
      ...{ sync: nth(syncGroupRequest), heartbeat: nth(heartbeatRequest) },
      ...{
        commit: nth(offsetCommitRequest),
        fetch: nth(offsetFetchRequest),
        leave: nth(leaveGroupRequest),
      },
    }
  })

  it('cover all versions', () => {
    for (const [name, type] of [
      ['sync', syncGroupRequest],
      ['heartbeat', heartbeatRequest],
      ['commit', offsetCommitRequest],
      ['fetch', offsetFetchRequest],
      ['leave', leaveGroupRequest],
    ] as const) {
      expect(new Set(rounds.map((round) => round[name]))).toEqual(new Set(versionsOf(type)))
    }
  })

  it.each(rounds)('JoinGroup $join, SyncGroup $sync, LeaveGroup $leave', async (version) => {
    const on = cluster()
    const groupId = uniqueName('group')
    const ask = <Body, Answer>(type: RequestType<Body, Answer>, at: number, body: Body) =>
      on.sendToAny(only(type, at), body, LIMIT_MS)
    const owned = [
      { topic, partition: 0 },
      { topic, partition: 1 },
    ]
    const metadata = encodeSubscription({ topics: [topic], owned, generation: 3 })
    const limits = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000 }
    const join = (memberId: string) =>
      ask(joinGroupRequest, version.join, {
        ...{ groupId, ...limits, memberId, instanceId: null, reason: 'to try' },
        protocols: [
          { name: 'first', metadata },
          { name: 'second', metadata },
        ],
      })
    const asked = await whenLoaded(() => join(''))
    expect(asked.errorCode).toBe(MEMBER_ID_REQUIRED)
    const joined = await join(asked.memberId)
    const { memberId, generation, protocol } = joined
    expect(joined).toMatchObject({
      errorCode: 0,
      generation: 1,
      protocol: 'first',
      leader: memberId,
      skipAssignment: false,
    })
    expect(joined.members.map((each) => each.memberId)).toEqual([memberId])
    expect(decodeSubscription(joined.members[0]!.metadata)).toMatchObject({
      topics: [topic],
      owned,
      generation: 3,
    })

    const me = { groupId, generation, memberId, instanceId: null }
    const assignments = [{ memberId, assignment: encodeAssignment(owned) }]
    const synced = await ask(syncGroupRequest, version.sync, { ...me, protocol, assignments })
    expect(synced.errorCode).toBe(0)
    expect(decodeAssignment(synced.assignment)).toEqual(owned)

    expect(await ask(heartbeatRequest, version.heartbeat, me)).toEqual({ errorCode: 0 })
    const nobody = { ...me, memberId: 'nobody' }
    expect(await ask(heartbeatRequest, version.heartbeat, nobody)).toEqual({
      errorCode: UNKNOWN_MEMBER,
    })

    const partitions = [{ partition: 0, offset: 2, leaderEpoch: -1 }]
    const commit = { topics: [{ topic, partitions }] }
    const results = async (body: typeof me) =>
      (await ask(offsetCommitRequest, version.commit, { ...body, ...commit })).partitions
    expect(await results(nobody)).toEqual([{ topic, partition: 0, errorCode: UNKNOWN_MEMBER }])
    expect(await results(me)).toEqual([{ topic, partition: 0, errorCode: 0 }])

    const committed = await ask(offsetFetchRequest, version.fetch, {
      groupId,
      topics: [{ topic, partitions: [0, 1] }],
      requireStable: true,
    })
    expect(committed.errorCode).toBe(0)
    expect(
      committed.partitions
        .map(({ partition, errorCode, offset }) => [partition, errorCode, offset])
        .sort(),
    ).toEqual([
      [0, 0, 2],
      [1, 0, -1],
    ])

    expect(await ask(leaveGroupRequest, version.leave, { groupId, memberId })).toEqual({
      errorCode: 0,
    })
    expect(await ask(heartbeatRequest, version.heartbeat, me)).toEqual({
      errorCode: UNKNOWN_MEMBER,
    })
  })
})
