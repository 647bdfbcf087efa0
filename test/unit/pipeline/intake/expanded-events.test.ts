import { describe, expect, it } from 'vitest'
import type { Event } from '../../../../src/event/event.ts'
import { settled } from '../../../support/manual-clock.ts'
import { jsonSchema, partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

const moved = (id: string) => ({ id, kind: 'inventory.moved' })
const MAX_BYTES = 100_000

/** Each event takes so much memory, or fails to be decoded. */
function expandedKit(decoded: number | Error, handle: (id: string) => unknown) {
  const schema = {
    ...jsonSchema,
    decodedBytes: Number(decoded),
    decode(value: Buffer): Event {
      if (decoded instanceof Error) throw decoded
      return JSON.parse(value.toString())
    },
  }
  return pipelineKit({
    maxInFlightBytes: MAX_BYTES,
    schemas: { lookup: () => ({ type: 'ready', schema }) },
    plugins: [plugin({ processEvent: async (event) => void (await handle(event.id)) })],
  })
}

describe('events that take far more than their records', () => {
  it('are decoded only while there is room, one after the other', async () => {
    const gates = [
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ]
    const called: string[] = []
    const kit = expandedKit(70_000, (id) => {
      called.push(id)
      return gates[called.length - 1]?.promise
    })
    const p = partition(kit)
    for (const id of ['a', 'b', 'c']) p.put(moved(id), id)
    await settled()
    // The second one still starts, because the first leaves some room.
    expect(called).toEqual(['a', 'b'])
    expect(kit.pipeline.stats().inFlightBytes).toBeGreaterThan(140_000)
    expect([...kit.pipeline.backlogs()]).toContainEqual(expect.objectContaining({ waiting: 1 }))
    gates[0]?.resolve()
    await settled()
    expect(called).toEqual(['a', 'b', 'c'])
    gates[1]?.resolve()
    gates[2]?.resolve()
    await settled()
    expect(kit.pipeline.stats()).toMatchObject({ inFlightBytes: 0, unaccounted: 0 })
    expect(p.ledger.watermark).toBe(3)
  })

  it('are not held while they wait for their next attempt, and keep nobody waiting', async () => {
    let fails = true
    const called: string[] = []
    const kit = expandedKit(200_000, (id) => {
      called.push(id)
      if (fails && id === 'a') throw new Error('not yet')
      return undefined
    })
    const p = partition(kit)
    p.put(moved('a'), 'a')
    p.put(moved('b'), 'b')
    await settled()
    expect(called).toEqual(['a', 'b'])
    fails = false
    await kit.clock.advance(10_000)
    expect(called).toEqual(['a', 'b', 'a'])
    expect(p.ledger.watermark).toBe(2)
    expect(kit.pipeline.stats()).toMatchObject({ inFlightBytes: 0, unaccounted: 0 })
  })

  it('are dead-lettered as too large where one alone is', async () => {
    const error = Object.assign(new Error('decoded, it takes too much'), {
      code: 'RECORD_TOO_LARGE',
    })
    const kit = expandedKit(error, () => undefined)
    const p = partition(kit)
    p.put(moved('a'))
    await settled()
    expect(kit.notes).toEqual(['dead letter too-large'])
    expect(p.ledger.watermark).toBe(1)
  })
})
