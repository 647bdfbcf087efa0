import { describe, expect, it } from 'vitest'
import { Switches } from '../../../src/control/switches.ts'
import { NO_HEADERS } from '../../../src/event/headers.ts'
import { OwnedPartition } from '../../../src/kafka/consumer/owned-partition.ts'
import { adminState } from '../../../src/observe/admin-state.ts'
import type { LoadedPlugin } from '../../../src/plugin/loaded-plugin.ts'
import { settled } from '../../support/manual-clock.ts'
import { type KitOptions, pipelineKit, plugin } from '../../support/pipeline-kit.ts'

const audit = { by: 'me', at: '2026-01-31T08:00:00Z', why: '' }

function setUp(plugins: LoadedPlugin[], options: Partial<KitOptions> = {}) {
  const switches = new Switches(true)
  const kit = pipelineKit({ plugins, switches, ...options })
  const owned = new OwnedPartition('events', 3, 10, 10)
  void kit.pipeline.begin(owned)
  const put = (id: string, key: string, timestampMs = 0) => {
    const value = Buffer.from(JSON.stringify({ kind: 'a', id, secret: 'content' }))
    const offset = owned.ledger.expected
    const place = { topic: 'events', partition: 3, offset, timestampMs, headers: NO_HEADERS }
    kit.pipeline.take(owned, { ...place, key: Buffer.from(key), value })
  }
  const { pipeline, clock } = kit
  const source = { owned: [owned] }
  const state = () =>
    adminState({ version: '1.2.3', group: 'group', source, pipeline, switches, clock })
  const work = (slug: string) => state().plugins.find((each) => each.plugin === slug)
  return { ...kit, put, state, work, switches, owned }
}

it('has the offsets and ages of partitions', async () => {
  const { put, state, owned, clock } = setUp([
    plugin({ processEvent: () => new Promise(() => {}) }),
  ])
  put('1', 'ent_1', clock.now() - 5_000)
  put('2', 'ent_2', clock.now())
  owned.waits('obstacle', 'the registry is away')
  await settled()
  expect(state()).toMatchObject({
    version: '1.2.3',
    group: 'group',
    events: 'on',
    inFlight: { deliveries: 2 },
    partitions: [
      {
        topic: 'events',
        partition: 3,
        expected: 12,
        watermark: 10,
        committed: 10,
        deliveriesInFlight: 2,
        oldestUnsettled: { offset: 10, ageSeconds: 5 },
        parked: 'the registry is away',
      },
    ],
  })
  const text = JSON.stringify(state())
  expect(text).not.toMatch(/ent_|content/)
})

describe('of a plugin', () => {
  it('has running and queued lanes', async () => {
    const { put, work, clock } = setUp([
      plugin({ concurrency: 1, processEvent: () => new Promise(() => {}) }),
    ])
    put('1', 'a', clock.now() - 1_000)
    put('2', 'b', clock.now())
    put('3', 'b', clock.now())
    await settled()
    expect(work('plugin')).toEqual({
      plugin: 'plugin',
      state: 'enabled',
      breaker: 'closed',
      deliveries: 3,
      lanes: { queued: 1, running: 1, waiting: 0 },
      oldest: { record: 'events/3@10', ageSeconds: 1, attempts: 1, state: 'running' },
    })
  })

  it('is empty without work', () => {
    expect(setUp([plugin({ processEvent() {} })]).work('plugin')).toMatchObject({
      deliveries: 0,
      lanes: { queued: 0, running: 0, waiting: 0 },
      oldest: null,
    })
  })

  it.each<[string, Partial<LoadedPlugin>, number]>([
    ['retrying', {}, 1],
    [
      'held',
      { onExhausted: 'hold', retry: { maxAttempts: 1, initialDelayMs: 9, maxDelayMs: 9 } },
      1,
    ],
  ])('shows that its oldest delivery is %s', async (state, options, attempts) => {
    const processEvent = () => {
      throw new Error('no')
    }
    const { put, work } = setUp([plugin({ ...options, processEvent })])
    put('1', 'a')
    await settled()
    expect(work('plugin')).toMatchObject({
      lanes: { queued: 0, running: 0, waiting: 1 },
      oldest: { state, attempts },
    })
  })

  it('shows that it is paused', async () => {
    const { put, work, switches } = setUp([plugin({ processEvent() {} })])
    switches.apply({ switch: 'plugin', slug: 'plugin', state: 'paused', ...audit })
    put('1', 'a')
    await settled()
    expect(work('plugin')).toMatchObject({ state: 'paused', oldest: { state: 'paused' } })
    switches.apply({ switch: 'plugin', slug: 'plugin', state: 'enabled', ...audit })
    await settled()
    expect(work('plugin')).toMatchObject({ state: 'enabled', oldest: null })
  })

  it('shows that it waits for its rate limit', async () => {
    const { put, work } = setUp([plugin({ maxPerSecond: 1, processEvent() {} })])
    for (const key of ['a', 'b', 'c']) put(key, key)
    await settled()
    expect(work('plugin')).toMatchObject({ oldest: { state: 'rate-limit' } })
  })

  it('shows that its circuit breaker holds it', async () => {
    const processEvent = () => {
      throw new Error('down')
    }
    const { put, work } = setUp([plugin({ processEvent })])
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) put(key, key)
    await settled()
    expect(work('plugin')).toMatchObject({ breaker: 'open', oldest: { attempts: 1 } })
    put('late', 'late', -1)
    await settled()
    expect(work('plugin')).toMatchObject({ oldest: { record: 'events/3@16', state: 'breaker' } })
  })

  it('shows that the store is unavailable, or a dead letter cannot be written', async () => {
    const store = {
      name: 'memory' as const,
      open: async () => {},
      claim: async () => {
        throw new Error('away')
      },
      stateOf: () => undefined,
      flush: async () => {},
      close: async () => {},
    }
    const away = setUp([plugin({ processEvent() {} })], { store })
    away.put('1', 'a')
    await settled()
    expect(away.work('plugin')).toMatchObject({ oldest: { state: 'store-away' } })

    const broken = setUp([plugin({ wantsProcessEvent: () => 'no' as never, processEvent() {} })])
    broken.faults.deadLetters = true
    broken.put('1', 'a')
    await settled()
    expect(broken.work('plugin')).toMatchObject({ oldest: { state: 'dead-letter-unwritten' } })
  })

  it('shows that another delivery has the id', async () => {
    const { put, work } = setUp([plugin({ processEvent: () => new Promise(() => {}) })])
    put('1', 'a', 5)
    put('1', 'b', 1)
    await settled()
    expect(work('plugin')).toMatchObject({ oldest: { record: 'events/3@11', state: 'same-id' } })
  })
})
