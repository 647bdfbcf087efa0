import { expect, it } from 'vitest'
import { createMemoryStore } from '../../../src/idempotency/memory.ts'
import type { Claim, IdempotencyStore } from '../../../src/idempotency/store.ts'
import { ManualClock, settled } from '../../support/manual-clock.ts'
import { partition, pipelineKit, plugin } from '../../support/pipeline-kit.ts'

const moved = (id: string) => ({ id, kind: 'inventory.moved' })
const names = (count: number) => Array.from({ length: count }, (_, n) => `e${n}`)

/** A store that answers claims and marks when it is asked to, as a database does. */
function slowStore(turnsAhead: number) {
  const inner = createMemoryStore({ clock: new ManualClock(), ttlMs: 1e9, maxMarks: 1_000 })
  const waiting: Record<'claims' | 'marks', (() => void)[]> = { claims: [], marks: [] }
  const released: string[] = []
  const until = (which: 'claims' | 'marks') =>
    new Promise<void>((resolve) => waiting[which].push(resolve))
  const store: IdempotencyStore = {
    ...inner,
    name: 'postgres',
    turnsAhead,
    async claim(key, print) {
      await until('claims')
      const result = await inner.claim(key, print)
      if (result.type !== 'claimed') return result
      const claim: Claim = {
        async complete(outcome) {
          await until('marks')
          await result.claim.complete(outcome)
        },
        async release() {
          released.push(key.eventId)
          await result.claim.release()
        },
      }
      return { type: 'claimed', claim }
    },
  }
  async function answer(which: 'claims' | 'marks') {
    const answered = waiting[which].splice(0)
    for (const resolve of answered) resolve()
    await settled()
    return answered.length
  }
  return { store, released, answer }
}

/** Handlers that end when they are asked to, and how many of them run. */
function handlers() {
  const running: { id: string; end: () => void }[] = []
  const called: string[] = []
  const processEvent = ({ id }: { id: string }) => {
    called.push(id)
    return new Promise<void>((resolve) => {
      running.push({ id, end: resolve })
    })
  }
  async function endAll() {
    for (const { end } of running.splice(0)) end()
    await settled()
  }
  return { running, called, processEvent, endAll }
}

it('claims and marks more deliveries together than are handled at once', async () => {
  const { store, answer } = slowStore(100)
  const { running, called, processEvent, endAll } = handlers()
  const kit = pipelineKit({ plugins: [plugin({ concurrency: 2, processEvent })], store })
  const p = partition(kit)
  for (const id of names(10)) p.put(moved(id), id)
  expect(await answer('claims')).toBe(10)
  for (const calls of [2, 4, 6, 8, 10]) {
    expect(running).toHaveLength(2)
    expect(called).toHaveLength(calls)
    await endAll()
  }
  expect(p.ledger.watermark).toBe(0)
  expect(await answer('marks')).toBe(10)
  expect(p.ledger.watermark).toBe(10)
  expect(called).toEqual(names(10))
})

it('takes no more turns at once than calls and the store allow', async () => {
  const { store, answer } = slowStore(3)
  const { processEvent } = handlers()
  const kit = pipelineKit({ plugins: [plugin({ concurrency: 2, processEvent })], store })
  const p = partition(kit)
  for (const id of names(10)) p.put(moved(id), id)
  expect(await answer('claims')).toBe(5)
})

it('handles the next event of an entity only once the one before is marked', async () => {
  const { store, answer } = slowStore(100)
  const { called, processEvent, endAll } = handlers()
  const kit = pipelineKit({ plugins: [plugin({ processEvent })], store })
  const p = partition(kit)
  for (const id of ['a', 'b']) p.put(moved(id))
  expect(await answer('claims')).toBe(1)
  await endAll()
  expect(await answer('claims')).toBe(0)
  await answer('marks')
  await answer('claims')
  expect(called).toEqual(['a', 'b'])
})

it('hands a partition over without waiting for the calls of another', async () => {
  const { store, answer, released } = slowStore(100)
  const { called, processEvent, endAll } = handlers()
  const kit = pipelineKit({ plugins: [plugin({ concurrency: 1, processEvent })], store })
  const [stays, leaves] = [partition(kit, 0), partition(kit, 1)]
  stays.put(moved('slow'), 'slow')
  for (const id of ['a', 'b']) leaves.put(moved(id), id)
  stays.put(moved('next'), 'next')
  leaves.put(moved('late'), 'late')
  await answer('claims')
  expect(called).toEqual(['slow'])

  expect(await kit.pipeline.release(leaves.epoch, 1_000)).toBe('drained')
  expect(released).toEqual(['a', 'b', 'late'])
  expect(leaves.ledger.watermark).toBe(0)
  leaves.lose()

  await endAll()
  await endAll()
  await answer('marks')
  expect(called).toEqual(['slow', 'next'])
  expect(stays.ledger.watermark).toBe(2)
  expect(kit.pipeline.stats()).toMatchObject({ inFlightDeliveries: 0, unaccounted: 0 })
})

it('calls no handler for an event that is claimed after its partition is handed over', async () => {
  const { store, answer, released } = slowStore(100)
  const { called, processEvent } = handlers()
  const kit = pipelineKit({ plugins: [plugin({ processEvent })], store })
  const p = partition(kit)
  p.put(moved('a'))
  const drained = kit.pipeline.release(p.epoch, 1_000)
  await answer('claims')
  expect(await drained).toBe('drained')
  expect([called, released]).toEqual([[], ['a']])
})
