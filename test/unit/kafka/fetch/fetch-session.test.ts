import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FetchSession } from '../../../../src/kafka/fetch/fetch-session.ts'
import type { ToFetch } from '../../../../src/kafka/fetch/send-fetch.ts'
import type { Cluster } from '../../../../src/kafka/protocol/cluster.ts'
import type { RequestType } from '../../../../src/kafka/protocol/request.ts'
import { type FetchBody, fetchRequest } from '../../../../src/kafka/protocol/requests/fetch.ts'
import type { FetchAnswer } from '../../../../src/kafka/records/fetch-answer.ts'
import { BrokerSessions } from '../../../support/broker-sessions.ts'

const LIMITS = { maxWaitMs: 500, minBytes: 1, maxBytes: 1_000_000, limitMs: 8_000 }
const NODE = 1

/** One broker, and all that a client sent to it. */
function situation() {
  const sessions = new BrokerSessions()
  const sent: { body: FetchBody; isById: boolean }[] = []
  const highWatermarks = new Map<string, number>()
  const state = {
    sessions,
    sent,
    /** What the broker took the last request to ask for: places with their offsets. */
    asked: [] as string[],
    fails: 'never' as 'never' | 'before' | 'after',
    errorCode: 0,
    highWatermarks,
  }
  async function send(
    _: number,
    _purpose: string,
    type: RequestType<FetchBody, FetchAnswer>,
    body: FetchBody,
  ) {
    const isById = type.versions.newest === fetchRequest.versions.newest
    sent.push({ body, isById })
    if (state.fails === 'before') throw new Error('the connection broke')
    if (state.errorCode !== 0) return answerOf({ errorCode: state.errorCode })
    const opened = sessions.open(body)
    if (opened.type === 'refused') return answerOf({ errorCode: opened.errorCode })
    state.asked = opened.body.topics.flatMap(({ topic, topicId, partitions }) =>
      partitions.map(({ partition, offset }) => `${topicId ?? topic}/${partition}@${offset}`),
    )
    const topics = opened.body.topics.map(({ topic, topicId, partitions }) => ({
      topic: topicId ?? topic,
      partitions: partitions.map(({ partition }) => ({
        ...{ partition, errorCode: 0, batches: [], skipped: new Set<never>() },
        highWatermark: highWatermarks.get(`${topic}/${partition}`) ?? 0,
        ...{ lastStableOffset: 0, preferredReadReplica: -1 },
      })),
    }))
    const answer = opened.respond({ throttleTimeMs: 0, errorCode: 0, topics })
    if (state.fails === 'after') throw new Error('the response was lost')
    return answer
  }
  const session = new FetchSession({ send } as unknown as Cluster, NODE)
  return Object.assign(state, { fetch: (wanted: ToFetch[]) => session.fetch(wanted, LIMITS) })
}

function answerOf({ errorCode }: { errorCode: number }): FetchAnswer {
  return { throttleTimeMs: 0, errorCode, sessionId: 0, topics: [] }
}

const known = new Map<string, ToFetch>()

/** The same object for the same partition in the same state, as feeds give it. */
function at(...args: [partition: number, offset?: number, more?: Partial<ToFetch>]): ToFetch {
  const key = JSON.stringify(args)
  const made = known.get(key) ?? make(...args)
  known.set(key, made)
  return made
}

function make(partition: number, offset = 0, more: Partial<ToFetch> = {}): ToFetch {
  const place = { topic: 'events', topicId: 'first', partition }
  return { ...place, offset, leaderEpoch: 0, lastFetchedEpoch: -1, maxBytes: 1_000, ...more }
}

const named = ({ topics }: FetchBody) =>
  topics.flatMap(({ partitions }) => partitions.map(({ partition }) => partition))
const forgotten = ({ forgotten: topics }: FetchBody) =>
  topics.flatMap(({ partitions }) => partitions.map(({ partition }) => partition))

it('names a partition once, and again only when it has changed', async () => {
  const s = situation()
  expect(await s.fetch([at(0), at(1)])).toHaveLength(2)
  expect(await s.fetch([at(0), at(1)])).toEqual([])
  await s.fetch([at(0), at(1, 5)])
  await s.fetch([at(0, 0, { leaderEpoch: 1 }), at(1, 5)])
  await s.fetch([at(0, 0, { leaderEpoch: 1 }), at(1, 5, { lastFetchedEpoch: 1 })])
  expect(s.sent.map(({ body }) => named(body))).toEqual([[0, 1], [], [1], [0], [1]])
  expect(s.sent.map(({ body }) => body.session.epoch)).toEqual([0, 1, 2, 3, 4])
})

it('resolves with what has something new, by the name of its topic', async () => {
  const s = situation()
  await s.fetch([at(0), at(1)])
  s.highWatermarks.set('events/1', 7)
  const news = await s.fetch([at(0), at(1)])
  expect(news).toMatchObject([{ topic: 'events', partition: 1, highWatermark: 7 }])
})

it('forgets what is no longer fetched', async () => {
  const s = situation()
  await s.fetch([at(0), at(1), at(2)])
  await s.fetch([at(1)])
  expect(forgotten(s.sent[1]!.body)).toEqual([0, 2])
  expect(s.asked).toEqual(['first/1@0'])
  await s.fetch([at(0), at(1)])
  expect(s.asked).toEqual(['first/1@0', 'first/0@0'])
})

it('keeps a partition that another owner of it asks for', async () => {
  const s = situation()
  await s.fetch([make(0), at(1)])
  await s.fetch([make(0), at(1)])
  expect(named(s.sent[1]!.body)).toEqual([0])
  expect(forgotten(s.sent[1]!.body)).toEqual([])
  expect(s.asked).toEqual(['first/0@0', 'first/1@0'])
})

it('takes a topic that was created again for another one', async () => {
  const s = situation()
  await s.fetch([at(0, 9)])
  await s.fetch([at(0, 0, { topicId: 'second' })])
  expect(s.asked).toEqual(['second/0@0'])
})

it('names all again by name once a topic has no id, in a session of its own', async () => {
  const s = situation()
  await s.fetch([at(0)])
  const without = { topic: 'old', topicId: undefined }
  await s.fetch([at(0), at(0, 0, without)])
  await s.fetch([at(0), at(0, 0, without)])
  expect(s.sent.map(({ isById }) => isById)).toEqual([true, false, false])
  expect(s.sent.map(({ body }) => body.session.epoch)).toEqual([0, 0, 1])
})

describe('a session that the broker', () => {
  it('has closed is opened again at once', async () => {
    const s = situation()
    await s.fetch([at(0), at(1)])
    s.sessions.evictAll()
    expect(await s.fetch([at(0), at(1)])).toHaveLength(2)
    expect(s.sent.map(({ body }) => body.session.epoch)).toEqual([0, 1, 0])
  })

  it('has no room for is tried again with each request', async () => {
    const s = situation()
    s.sessions.areRefused = true
    await s.fetch([at(0)])
    await s.fetch([at(0)])
    s.sessions.areRefused = false
    await s.fetch([at(0)])
    await s.fetch([at(0)])
    expect(s.sent.map(({ body }) => named(body))).toEqual([[0], [0], [0], []])
  })

  it('does not understand is an error, not a loop', async () => {
    const s = situation()
    s.errorCode = 71
    await expect(s.fetch([at(0)])).rejects.toThrow('cannot fetch: INVALID_FETCH_SESSION_EPOCH')
    expect(s.sent).toHaveLength(1)
  })

  it('may have changed without a response is closed, and another one opened', async () => {
    const s = situation()
    await s.fetch([at(0)])
    s.fails = 'after'
    await expect(s.fetch([at(0, 3)])).rejects.toThrow('the response was lost')
    s.fails = 'never'
    expect(await s.fetch([at(0, 3)])).toHaveLength(1)
    const [first, , third] = s.sent.map(({ body }) => body.session)
    expect(third).toEqual({ id: 1, epoch: 0 })
    expect(first).toEqual({ id: 0, epoch: 0 })
  })
})

it('whatever happens, the broker fetches what is wanted, and nothing new is missed', async () => {
  const place = fc.record({
    partition: fc.nat({ max: 3 }),
    offset: fc.nat({ max: 2 }),
    topicId: fc.constantFrom('first', 'second', undefined),
  })
  const step = fc.record({
    wanted: fc.uniqueArray(place, { selector: ({ partition }) => partition, maxLength: 4 }),
    fails: fc.constantFrom('never' as const, 'never' as const, 'before' as const, 'after' as const),
    errorCode: fc.constantFrom(0, 0, 0, 5, 70),
    isEvicted: fc.boolean(),
    areRefused: fc.boolean(),
    grows: fc.option(fc.nat({ max: 3 })),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const s = situation()
      const seen = new Map<string, number>()
      for (const { wanted, isEvicted, grows, ...more } of steps) {
        Object.assign(s, { fails: more.fails, errorCode: more.errorCode })
        s.sessions.areRefused = more.areRefused
        if (isEvicted) s.sessions.evictAll()
        if (grows !== null) {
          const name = `events/${grows}`
          s.highWatermarks.set(name, (s.highWatermarks.get(name) ?? 0) + 1)
        }
        // Topics of one name have one id.
        const topicId = wanted[0]?.topicId
        const all = wanted.map(({ partition, offset }) => at(partition, offset, { topicId }))
        const news = await s.fetch(all).catch(() => undefined)
        if (news === undefined) continue
        expect([...s.asked].sort()).toEqual(
          all.map((each) => `${topicId ?? each.topic}/${each.partition}@${each.offset}`).sort(),
        )
        for (const { partition, highWatermark } of news)
          seen.set(`${topicId}/${partition}`, highWatermark)
        for (const { partition } of all) {
          expect(seen.get(`${topicId}/${partition}`)).toBe(
            s.highWatermarks.get(`events/${partition}`) ?? 0,
          )
        }
      }
    }),
  )
})
