import { describe, expect, it } from 'vitest'
import { SAMPLES } from '../../../../src/dev/workload/samples.ts'
import { entitiesOf, generateStream, laterEvents } from '../../../../src/dev/workload/stream.ts'
import { entityKey } from '../../../../src/event/entity-key.ts'
import type { Event } from '../../../../src/event/event.ts'
import { isPluginEvent } from '../../../../src/event/guards.ts'
import { INVENTORY_KINDS } from '../../../../src/event/kinds.ts'
import { validateEvent } from '../../../../src/event/validation/validate.ts'

const stream = generateStream({ events: 20_000, seed: 1 })
const ofType = (type: string) => stream.filter((publication) => publication.type === type)

describe('the generated stream', () => {
  it('is the same for the same seed, and another for another', () => {
    const again = generateStream({ events: 500, seed: 7 })
    expect(generateStream({ events: 500, seed: 7 })).toEqual(again)
    expect(generateStream({ events: 500, seed: 8 })).not.toEqual(again)
  })

  it('continues with new events of the same entities', () => {
    const later = laterEvents({ events: 500, seed: 7 })
    const more = Array.from({ length: 200 }, () => later.next().value)
    const before = generateStream({ events: 500, seed: 7 }).map(({ event }) => event)
    const ids = new Set(before.map(({ id }) => id))
    expect(more.filter(({ id }) => ids.has(id))).toEqual([])
    expect(more.filter((event) => !validateEvent(INVENTORY_KINDS, event).ok)).toEqual([])
    const keysOf = (events: readonly Event[]) =>
      events.flatMap((event) => (isPluginEvent(event) ? [] : entityKey(INVENTORY_KINDS, event)))
    const known = new Set(keysOf(before))
    expect(keysOf(more).filter((key) => !known.has(key))).toEqual([])
  })

  it('begins with the ten published samples, each with a unique id', () => {
    expect(stream.slice(0, 10).map(({ event }) => event)).toEqual(SAMPLES)
    expect(new Set(SAMPLES.map(({ kind }) => kind)).size).toBe(10)
  })

  it('has the requested number of events, all valid, with unique ids', () => {
    const firsts = ofType('first').map(({ event }) => event)
    expect(firsts).toHaveLength(20_010)
    expect(new Set(firsts.map(({ id }) => id)).size).toBe(20_010)
    expect(firsts.filter((event) => !validateEvent(INVENTORY_KINDS, event).ok)).toEqual([])
  })

  it('is about 500 entities, and about plugin events by some 15 %', () => {
    const firsts = ofType('first').slice(10)
    const goods = firsts.filter(({ event }) => !isPluginEvent(event))
    expect(new Set(goods.map(({ event }) => entityKey(INVENTORY_KINDS, event))).size).toBe(500)
    const share = 1 - goods.length / firsts.length
    expect(share).toBeGreaterThan(0.13)
    expect(share).toBeLessThan(0.17)
  })

  it('repeats 1 % of the events later', () => {
    const again = ofType('again')
    expect(again).toHaveLength(200)
    expect(new Set(again.map(({ event }) => event.id)).size).toBe(200)
    for (const publication of again) {
      const first = stream.findIndex(({ event }) => event === publication.event)
      expect(stream[first]!.type).toBe('first')
      expect(stream.indexOf(publication)).toBeGreaterThan(first)
    }
  })

  it('reuses one id with other content, later, of the same entity', () => {
    const conflicts = ofType('conflict')
    expect(conflicts).toHaveLength(1)
    const { event } = conflicts[0]!
    const first = stream.findIndex((one) => one.type === 'first' && one.event.id === event.id)
    expect(first).toBeGreaterThanOrEqual(0)
    expect(stream.indexOf(conflicts[0]!)).toBeGreaterThan(first)
    expect(stream[first]!.event).not.toEqual(event)
    expect(entityKey(INVENTORY_KINDS, stream[first]!.event)).toBe(entityKey(INVENTORY_KINDS, event))
    expect(validateEvent(INVENTORY_KINDS, event).ok).toBe(true)
  })

  it('is about fewer entities when it is short', () => {
    expect([1, 300, 10_000, 100_000].map(entitiesOf)).toEqual([10, 15, 500, 500])
    expect(generateStream({ events: 1, seed: 1 })).toHaveLength(12)
  })
})
