import { resolve } from 'node:path'
import { definePlugin, type Event, type Plugin, skip } from 'inventory-events'
import { describe, expect, it } from 'vitest'
import lowProducts from '../../../../examples/plugins/low-products.ts'
import { loadContract } from '../../../../src/avro/own-kinds/load-contract.ts'
import { builtInContract } from '../../../../src/avro/schema/contract-schemas.ts'
import { entityKey } from '../../../../src/event/entity-key.ts'
import { INVENTORY_KINDS } from '../../../../src/event/kinds.ts'
import { defaultsFrom, withDefaults } from '../../../../src/plugin/loaded-plugin.ts'
import { certify } from '../../../../src/testing/certify/certify.ts'
import type { Probe } from '../../../../src/testing/certify/trial.ts'
import { config } from '../../../../src/testing/test-process.ts'

/** What is outside of the process: a crash leaves it as it is. */
function database() {
  const rows = new Map<string, unknown>()
  const probe: Probe = { probe: () => Object.fromEntries(rows), reset: () => rows.clear() }
  return { rows, probe }
}

/** `load` makes a plugin with new variables, as a new process has. */
function run(load: () => Plugin, probe?: Probe, contract = builtInContract()) {
  const loaded = () => withDefaults(load(), 'test', defaultsFrom(config))
  const subject = { contract, load: async () => ({ plugin: loaded(), probe }) }
  return certify(subject, { seed: 1, runs: 20 })
}

describe('a plugin that is idempotent passes', () => {
  it('with effects by event id', async () => {
    const { rows, probe } = database()
    const plugin = definePlugin({
      slug: 'upserts',
      wants: ['inventory.wasted', 'stockitem.*'],
      processEvent: (event) => void rows.set(event.id, entityKey(INVENTORY_KINDS, event)),
    })
    const verdict = await run(() => plugin, probe)
    expect(verdict).toMatchObject({ type: 'certified', isProbed: true, counts: { runs: 20 } })
    if (verdict.type !== 'certified') return
    expect(verdict.counts.outcomes).toEqual(new Map([['processed', 240]]))
    expect(verdict.counts.crashes).toBeGreaterThan(20)
    expect(verdict.counts.duplicates).toBeGreaterThan(40)
  })

  it('of a kind of its own, whose events are made by its schema', async () => {
    const contract = loadContract([resolve('test/support/schemas')])
    const { rows, probe } = database()
    const names = ['order.placed', 'every.type']
    const upserts = definePlugin({
      slug: 'upserts',
      wants: names.filter((name) => contract.kinds.has(name)),
      processEvent: (event) => void rows.set(event.id, entityKey(contract.kinds, event)),
    })
    expect(await run(() => upserts, probe, contract)).toMatchObject({ type: 'certified' })
    const counts = definePlugin({
      slug: 'counts',
      wants: ['order.placed'],
      processEvent: (event) => {
        const key = entityKey(contract.kinds, event as Event)
        rows.set(key, Number(rows.get(key) ?? 0) + 1)
      },
    })
    expect(await run(() => counts, probe, contract)).toMatchObject({ type: 'differs' })
  })

  it('of the examples, with state by product', async () => {
    expect(await run(() => lowProducts)).toMatchObject({ type: 'certified' })
  })

  it('with the newest value of an entity, since its order is kept', async () => {
    const { rows, probe } = database()
    const plugin = definePlugin({
      slug: 'newest',
      wants: ['inventory.moved'],
      processEvent: async ({ entity, to }) => void rows.set(entity.id, to),
    })
    const verdict = await run(() => plugin, probe)
    expect(verdict.type).toBe('certified')
  })

  it('with state, without a probe', async () => {
    const plugin = definePlugin({
      slug: 'counts',
      state: { version: 1, initial: () => ({ moves: 0 }) },
      wants: ['inventory.moved'],
      where: { gt: { 'data.entity.quantity': 2 } },
      processEvent(_event, { state }) {
        state.set(({ moves }) => ({ moves: moves + 1 }))
      },
    })
    const verdict = await run(() => plugin)
    expect(verdict).toMatchObject({ type: 'certified', isProbed: false })
  })
})

describe('a plugin that is not idempotent is found', () => {
  it('if a repeated call counts twice, by one event that is killed before its mark', async () => {
    const { rows, probe } = database()
    const plugin = definePlugin({
      slug: 'adds',
      wants: ['inventory.wasted'],
      processEvent: ({ entityId }) => void rows.set(entityId, Number(rows.get(entityId) ?? 0) + 1),
    })
    const verdict = await run(() => plugin, probe)
    expect(verdict).toMatchObject({
      type: 'differs',
      items: [{ crash: { step: 'before-mark', uncommitted: 0 } }],
      found: [{ at: expect.stringMatching(/^probe\.ent_\d$/), expected: 1, seen: 2 }],
    })
  })

  it('if it remembers in a variable, which a crash takes', async () => {
    const { rows, probe } = database()
    const plugin = () => {
      const moves = new Map<string, number>()
      return definePlugin({
        slug: 'remembers',
        wants: ['inventory.moved'],
        processEvent({ id, entity }) {
          moves.set(entity.id, (moves.get(entity.id) ?? 0) + 1)
          rows.set(id, moves.get(entity.id))
        },
      })
    }
    const verdict = await run(plugin, probe)
    expect(verdict).toMatchObject({ type: 'differs', found: [{ expected: 2, seen: 1 }] })
    if (verdict.type === 'differs') expect(verdict.items).toHaveLength(2)
  })

  it('if it only compares with the event before, by two that are delivered again', async () => {
    const { rows, probe } = database()
    const plugin = definePlugin({
      slug: 'last',
      wants: ['inventory.wasted'],
      processEvent({ id }) {
        if (rows.get('last') === id) return skip('done before')
        rows.set('last', id)
        rows.set('count', Number(rows.get('count') ?? 0) + 1)
        return undefined
      },
    })
    const verdict = await run(() => plugin, { ...probe, probe: () => rows.get('count') })
    expect(verdict).toMatchObject({ type: 'differs', found: [{ at: 'probe' }] })
    if (verdict.type !== 'differs') return
    expect(verdict.items.map(({ crash }) => crash)).toEqual([
      undefined,
      { step: 'before-mark', uncommitted: 1 },
    ])
  })

  it('if it relies on the order of entities', async () => {
    const { rows, probe } = database()
    const plugin = definePlugin({
      slug: 'journal',
      wants: ['inventory.wasted'],
      processEvent({ id, entityId }) {
        if (!rows.has(id)) rows.set(id, [...rows.keys(), entityId].length)
      },
    })
    const verdict = await run(() => plugin, probe)
    expect(verdict).toMatchObject({ type: 'differs' })
    if (verdict.type !== 'differs') return
    expect(verdict.items.map(({ crash }) => crash)).toEqual([undefined, undefined])
    const [first, second] = verdict.items.map(({ event }) => event)
    expect(entityKey(INVENTORY_KINDS, first!)).not.toBe(entityKey(INVENTORY_KINDS, second!))
    expect(first!.time > second!.time).toBe(true)
  })

  it('if a repeated call fails', async () => {
    const { rows, probe } = database()
    const plugin = definePlugin({
      slug: 'inserts',
      retry: { maxAttempts: 1 },
      wants: ['inventory.wasted'],
      processEvent({ id }) {
        if (rows.has(id)) throw new Error('duplicate key')
        rows.set(id, 1)
      },
    })
    const verdict = await run(() => plugin, probe)
    expect(verdict).toMatchObject({
      type: 'differs',
      found: [{ at: expect.stringContaining('deadLetters.evt_'), seen: 'dead-lettered' }],
    })
  })
})

describe('follow-up events are compared', () => {
  /** What a process remembers in a variable is lost in a crash. */
  function telling(seen: () => unknown) {
    return definePlugin({
      slug: 'tells',
      wants: ['inventory.wasted'],
      processEvent({ entityId }, { publish }) {
        publish({ name: 'shop.unlisted', args: [entityId, `${seen()}`] })
      },
    })
  }

  it('those that every attempt publishes pass', async () => {
    const verdict = await run(() => telling(() => 'same'))
    expect(verdict).toMatchObject({ type: 'certified', isProbed: false })
  })

  it('those that count calls are found', async () => {
    const load = () => {
      let calls = 0
      return telling(() => (calls += 1))
    }
    const verdict = await run(load)
    expect(verdict.type).toBe('differs')
    if (verdict.type !== 'differs') return
    expect(new Set(verdict.found.map(({ at }) => at.split('.')[0]))).toEqual(new Set(['published']))
  })
})

describe('what shows nothing is not certified', () => {
  it('neither state nor probe, and nothing published', async () => {
    const plugin = definePlugin({ slug: 'silent', processEvent() {} })
    expect(await run(() => plugin)).toEqual({ type: 'not-comparable' })
  })

  it('a filter that no event is made for', async () => {
    const { probe } = database()
    const plugin = definePlugin({
      slug: 'headers',
      wants: ['inventory.moved'],
      where: { exact: { ce_source: 'till' } },
      processEvent() {},
    })
    const verdict = await run(() => plugin, probe)
    expect(verdict).toEqual({ type: 'no-events', names: ['inventory.moved'] })
  })

  it('a handler that takes none of the events', async () => {
    const { probe } = database()
    const plugin = definePlugin({ slug: 'skips', processEvent: () => skip('not mine') })
    const verdict = await run(() => plugin, probe)
    expect(verdict).toMatchObject({ type: 'nothing-processed' })
  })

  it('a handler that fails for all of them, though some crash behind the mark', async () => {
    const { probe } = database()
    const plugin = definePlugin({
      slug: 'fails',
      retry: { maxAttempts: 1 },
      processEvent() {
        throw new Error('no such field')
      },
    })
    const verdict = await run(() => plugin, probe)
    expect(verdict).toMatchObject({
      type: 'nothing-processed',
      counts: { firstError: 'evt_1: no such field' },
    })
  })

  it('effects that differ by themselves', async () => {
    const { rows, probe } = database()
    let calls = 0
    const plugin = definePlugin({
      slug: 'random',
      processEvent: ({ id }) => void rows.set(id, ++calls),
    })
    const verdict = await run(() => plugin, probe)
    expect(verdict).toMatchObject({ type: 'not-deterministic' })
    if (verdict.type === 'not-deterministic')
      expect(verdict.found[0]).toEqual({ at: 'probe.evt_1', expected: 1, seen: 13 })
  })

  it('a probe that fails, or returns what cannot be compared', async () => {
    const plugin = definePlugin({ slug: 'ok', processEvent() {} })
    const failing = { probe: () => Promise.reject(new Error('no connection')) }
    await expect(run(() => plugin, failing)).rejects.toThrow('probe: no connection')
    const odd = { probe: () => () => undefined }
    await expect(run(() => plugin, odd)).rejects.toThrow('probe: expected data')
  })
})
