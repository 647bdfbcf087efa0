import { describe, expect, it } from 'vitest'
import { createStream } from '../../../bench/lib/events.ts'
import { readMix } from '../../../bench/lib/mix.ts'
import { wantsOf } from '../../../bench/lib/wants.ts'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { validateEvent } from '../../../src/event/validation/validate.ts'

const OPTIONS = { seed: 7, entities: 1_000, products: 340, mix: readMix(undefined) }
const COUNT = 5_000

function take(options = OPTIONS) {
  const next = createStream(options)
  return Array.from({ length: COUNT }, () => next())
}

describe('the events of the benchmarks', () => {
  it('are valid, of all ten kinds, and each has a unique id', () => {
    const events = take()
    expect(events.filter((event) => !validateEvent(INVENTORY_KINDS, event).ok)).toEqual([])
    expect(new Set(events.map(({ kind }) => kind)).size).toBe(10)
    expect(new Set(events.map(({ id }) => id)).size).toBe(COUNT)
  })

  it('are the same for a seed, and others for another', () => {
    expect(take()).toEqual(take())
    expect(take({ ...OPTIONS, seed: 8 })).not.toEqual(take())
  })

  it.each(['by-name', 'by-field'] as const)('are wanted %s by about 2 %%', (name) => {
    const wants = wantsOf(name, 10)
    const wanted = take().filter((event) => wants.some((want) => want.matches(event)))
    expect(wanted.length / COUNT).toBeGreaterThan(0.01)
    expect(wanted.length / COUNT).toBeLessThan(0.03)
  })

  it('have the requested mix', () => {
    const events = take({ ...OPTIONS, mix: readMix('moved=3,merge.reverted=1') })
    const kinds = new Set(events.map(({ kind }) => kind))
    expect(kinds).toEqual(new Set(['inventory.moved', 'inventory.merge.reverted']))
    expect(() => readMix('flown=1')).toThrow('got "flown=1"')
    expect(() => readMix('moved=0')).toThrow('got "moved=0"')
  })
})
