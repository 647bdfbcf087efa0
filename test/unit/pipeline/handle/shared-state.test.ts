import { expect, it } from 'vitest'
import type { PluginEvent } from '../../../../src/event/event.ts'
import { NO_HEADERS } from '../../../../src/event/headers.ts'
import { INVENTORY_KINDS } from '../../../../src/event/kinds.ts'
import { createMemoryStore } from '../../../../src/idempotency/memory.ts'
import type { StoredState } from '../../../../src/idempotency/staged.ts'
import { StateConflict } from '../../../../src/idempotency/state-conflict.ts'
import type {
  Claim,
  ClaimTransaction,
  IdempotencyStore,
} from '../../../../src/idempotency/store.ts'
import type { StatePluginContext } from '../../../../src/plugin/plugin.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

const textOf = (value: number) => `{"version":1,"value":${value}}`

/** A store whose state another owner may change, as that of Postgres. */
function sharedStore() {
  const memory = createMemoryStore({ clock: new ManualClock(), ttlMs: 1e9, maxMarks: 1_000 })
  let stored: (StoredState & { revision: string }) | undefined
  const faults = { load: false, begin: false, lost: false }
  const put = (value: number) => {
    stored = { text: textOf(value), revision: `${Number(stored?.revision ?? 0) + 1}` }
  }
  const completed = new Set<Claim>()
  const complete =
    (claim: Claim): Claim['complete'] =>
    async (outcome, change) => {
      if (completed.has(claim)) return
      if (change?.basis !== stored?.revision && change !== undefined) throw new StateConflict()
      await claim.complete(outcome)
      completed.add(claim)
      if (change !== undefined) put(JSON.parse(change.text!).value)
    }
  const confirm: Claim['confirm'] = async (change) => {
    if (faults.lost) throw new Error('the claim has passed')
    if (change?.basis !== stored?.revision) throw new StateConflict()
  }
  const begin = async (claim: Claim): Promise<ClaimTransaction> => ({
    sql: { query: async () => ({ rows: [], rowCount: 0 }) },
    isBroken: () => false,
    interrupt() {},
    async commit(outcome, change) {
      if (faults.begin) throw new Error('deferred constraint')
      await complete(claim)(outcome, change)
    },
    rollback: async () => {},
  })
  const store: IdempotencyStore = {
    ...memory,
    name: 'postgres',
    async stateOf() {
      if (faults.load) throw new Error('away')
      return stored
    },
    async claim(key, fingerprint) {
      const result = await memory.claim(key, fingerprint)
      if (result.type !== 'claimed') return result
      const { claim } = result
      return {
        type: 'claimed',
        claim: { ...claim, complete: complete(claim), begin: () => begin(claim), confirm },
      }
    },
  }
  return { store, put, faults, value: () => stored && JSON.parse(stored.text!).value }
}

function counting(sql: boolean, onCall: (attempt: number, calls: number) => void = () => {}) {
  const seen: number[] = []
  const counts = plugin({
    sql,
    retry: { maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 1 },
    state: { version: 1, initial: () => 0, maxBytes: 1_000 },
    async processEvent(_event, context) {
      const { state, attempt } = context as StatePluginContext<number>
      seen.push(state.value)
      onCall(attempt, seen.length)
      state.set((n) => n + 1)
    },
  })
  return { counts, seen }
}

it.each([
  ['by itself', false],
  ['in the transaction of what the handler writes', true],
])(
  'a state that was changed meanwhile is loaded again, %s, and uses no attempt',
  async (_, sql) => {
    const shared = sharedStore()
    const attempts: number[] = []
    const { counts, seen } = counting(sql, (attempt, calls) => {
      attempts.push(attempt)
      if (calls <= 3) shared.put(calls * 10)
    })
    const kit = pipelineKit({ plugins: [counts], store: shared.store })
    partition(kit).put({ id: 'a', kind: 'inventory.moved' })
    await kit.clock.advance(10_000)
    expect(seen).toEqual([0, 10, 20, 30])
    expect(attempts).toEqual([1, 1, 1, 1])
    expect(shared.value()).toBe(31)
    expect(kit.ended).toMatchObject([{ outcome: 'processed' }])
    expect(kit.notes.filter((note) => note === 'interrupted')).toHaveLength(3)
  },
)

it.each([
  ['by itself', false],
  ['in the transaction of what the handler writes', true],
])(
  'nothing is published that was made of a state which has changed, or for a claim that is lost, %s',
  async (_, sql) => {
    const shared = sharedStore()
    const published: unknown[] = []
    const publishes = plugin({
      sql,
      state: { version: 1, initial: () => 0, maxBytes: 1_000 },
      async processEvent(_event, context) {
        const { state, publish } = context as StatePluginContext<number>
        publish({ name: 'counted', kwargs: { n: state.value } })
        if (state.value < 10) shared.put(10)
        state.set((n) => n + 1)
      },
    })
    shared.faults.lost = true
    const kit = pipelineKit({
      plugins: [publishes],
      store: shared.store,
      followUps: {
        kinds: INVENTORY_KINDS,
        encode: (all) =>
          all.map(({ event }) => {
            const value = Buffer.from(JSON.stringify((event as PluginEvent).kwargs))
            return { topic: 't', key: 'k', value, headers: NO_HEADERS }
          }),
        write: async (records) => void published.push(...records.map(({ value }) => `${value}`)),
      },
    })
    partition(kit).put({ id: 'a', kind: 'inventory.moved', time: '2026-01-15T10:30:00Z' })
    await kit.clock.advance(3_000)
    expect(published).toEqual([])
    shared.faults.lost = false
    await kit.clock.advance(10_000)
    expect(published).toEqual(['{"n":10}'])
    expect(shared.value()).toBe(11)
    expect(kit.ended).toMatchObject([{ outcome: 'processed' }])
  },
)

it('calls no handler while the state cannot be loaded', async () => {
  const shared = sharedStore()
  shared.faults.load = true
  const { counts, seen } = counting(false)
  const kit = pipelineKit({ plugins: [counts], store: shared.store })
  partition(kit).put({ id: 'a', kind: 'inventory.moved' })
  await kit.clock.advance(5_000)
  expect(seen).toEqual([])
  shared.faults.load = false
  await kit.clock.advance(5_000)
  expect(seen).toEqual([0])
  expect(kit.ended).toMatchObject([{ outcome: 'processed' }])
})

it('stores nothing for an event that becomes a dead letter because its transaction fails', async () => {
  const shared = sharedStore()
  shared.faults.begin = true
  const { counts } = counting(true)
  const kit = pipelineKit({ plugins: [counts], store: shared.store })
  partition(kit).put({ id: 'a', kind: 'inventory.moved' })
  await kit.clock.advance(10_000)
  expect(kit.ended).toMatchObject([{ outcome: 'dead-lettered' }])
  expect(shared.value()).toBeUndefined()
})
