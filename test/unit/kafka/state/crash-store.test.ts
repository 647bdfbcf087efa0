import type { Kafka } from 'kafkajs'
import { expect, it } from 'vitest'
import { KafkaCrashStore } from '../../../../src/kafka/state/crash-store.ts'
import { settled } from '../../../support/manual-clock.ts'

const at = { topic: 'events', partition: 1 }

/** A coordinator with the offset metadata of one partition, behind kafkajs's cluster object. */
function fakeKafka(text: string | null = null) {
  const state = { offset: '-1', metadata: text, clusters: 0, requests: [] as string[] }
  const fails: Error[] = []
  const answer = async (request: string) => {
    state.requests.push(request)
    await settled()
    const error = fails.shift()
    if (error !== undefined) throw error
  }
  const coordinator = {
    async offsetFetch() {
      await answer('fetch')
      return { responses: [{ partitions: [{ ...state }] }] }
    },
    async offsetCommit(request: { topics: { partitions: object[] }[] }) {
      await answer('commit')
      Object.assign(state, request.topics[0]!.partitions[0])
    },
  }
  const cluster = {
    async connect() {
      state.clusters += 1
    },
    disconnect: async () => {},
    refreshMetadata: async () => {},
    findGroupCoordinator: async () => coordinator,
  }
  const kafka = { [Symbol('private:Kafka:createCluster')]: () => cluster } as unknown as Kafka
  const warnings: string[] = []
  const log = { warn: (_: object, message: string) => void warnings.push(message) }
  const store = new KafkaCrashStore({ kafka, groupId: 'group', log: log as never })
  return { store, state, fails, warnings }
}

const one = '{"v":1,"crashes":{"7/a":1}}'

it('reads counts, or none if nothing was stored', async () => {
  expect(await fakeKafka(one).store.read(at)).toEqual(new Map([['7/a', 1]]))
  expect(await fakeKafka().store.read(at)).toEqual(new Map())
})

it('writes changed counts with the lowest offset among them', async () => {
  const { store, state } = fakeKafka(one)
  await store.change(at, (counts) => counts.set('5/b', 0))
  expect(state).toMatchObject({
    offset: '5',
    metadata: '{"v":1,"crashes":{"7/a":1,"5/b":0}}',
    partition: 1,
  })
  await store.change(at, (counts) => counts.clear())
  expect(state).toMatchObject({ offset: '5', metadata: '{"v":1,"crashes":{}}' })
})

it('runs one change at a time', async () => {
  const { store, state } = fakeKafka(one)
  const increase = () =>
    store.change(at, (counts) => counts.set('7/a', (counts.get('7/a') ?? 0) + 1))
  await Promise.all([increase(), increase(), increase()])
  expect(state.metadata).toBe('{"v":1,"crashes":{"7/a":4}}')
  expect(state.requests).toEqual(Array(3).fill(['fetch', 'commit']).flat())
})

it('rejects when Kafka does, and opens a new connection the next time', async () => {
  const { store, state, fails } = fakeKafka(one)
  fails.push(new Error('connection lost'))
  const change = store.change(at, (counts) => counts.clear())
  await expect(change).rejects.toMatchObject({
    code: 'KAFKA_UNAVAILABLE',
    message: 'cannot read the offset metadata of events/1 in group group.crashes: connection lost',
  })
  expect(state.metadata).toBe(one)
  await store.change(at, (counts) => counts.clear())
  expect(state.clusters).toBe(2)
})

it('ignores an unknown format, with a warning', async () => {
  const { store, warnings } = fakeKafka('{"v":2,"crashes":[]}')
  expect(await store.read(at)).toEqual(new Map())
  expect(warnings).toEqual([
    'ignoring crash counts in an unknown format; a newer version may have written them',
  ])
})

it('returns no counts, with a warning, if the group may not be read', async () => {
  const { store, fails, warnings } = fakeKafka(one)
  fails.push(Object.assign(new Error('no'), { type: 'GROUP_AUTHORIZATION_FAILED' }))
  expect(await store.read(at)).toEqual(new Map())
  expect(warnings).toEqual(['crashes are not counted: this user may not read the group'])
  fails.push(Object.assign(new Error('later'), { type: 'COORDINATOR_LOAD_IN_PROGRESS' }))
  await expect(store.read(at)).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE' })
})

it('finishes pending changes before it closes', async () => {
  const { store, state } = fakeKafka(one)
  void store.change(at, (counts) => counts.clear())
  await store.close()
  expect(state.metadata).toBe('{"v":1,"crashes":{}}')
})
