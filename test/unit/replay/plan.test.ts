import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePlan, encodePlan, type ReplayPlan, replayGroupOf } from '../../../src/replay/plan.ts'

const text = fc.string({ maxLength: 20 })
const time = fc.integer({ min: 0, max: 4_000_000_000_000 })
const offset = fc.nat()

const plans: fc.Arbitrary<ReplayPlan> = fc.record({
  slug: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
  generation: fc.nat(),
  purpose: fc.constantFrom('replay', 'enable'),
  carriedOutBy: fc.constantFrom('command', 'replicas'),
  state: fc.constantFrom('running', 'done', 'abandoned'),
  fromMs: time,
  toMs: fc.option(time, { nil: undefined }),
  entity: fc.option(text, { nil: undefined }),
  kind: fc.option(text, { nil: undefined }),
  ranges: fc.array(fc.record({ topic: text, partition: fc.nat(), start: offset, end: offset }), {
    maxLength: 5,
  }),
  by: text,
  at: text,
  why: text,
})

function read(value: object): ReplayPlan {
  return decodePlan('replay:cold-chain', Buffer.from(JSON.stringify(value)))
}

describe('a plan', () => {
  it('survives encoding and decoding', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { key, value } = encodePlan(plan)
        expect(decodePlan(key, value)).toEqual(plan)
      }),
    )
  })

  it('has a consumer group of its own', () => {
    const plan = { slug: 'cold-chain', generation: 3 }
    expect(replayGroupOf('shop', plan)).toBe('shop.replay.cold-chain.3')
  })

  const good = {
    ...{ v: 1, generation: 1, purpose: 'replay', state: 'running' },
    ...{ from: '2026-01-01T00:00:00.000Z', ranges: [['t', 0, 1, 2]] },
  }

  it.each([
    [{ ...good, v: 2 }, 'expected version 1, got 2'],
    [{ ...good, state: 'paused' }, 'expected running or done or abandoned, got "paused"'],
    [{ ...good, from: 'soon' }, 'expected a time, got "soon"'],
    [{ ...good, ranges: [['t', 0, 1]] }, 'expected a whole number'],
    [{ ...good, ranges: [[0, 0, 1, 2]] }, 'expected a range, got [0,0,1,2]'],
    [{ ...good, generation: -1 }, 'expected a whole number, got -1'],
  ])('of an unknown format is rejected: %j', (value, why) => {
    expect(read(good)).toMatchObject({
      ...{ slug: 'cold-chain', by: '', toMs: undefined },
      carriedOutBy: 'command',
    })
    expect(() => read(value)).toThrow(`the plan of replay:cold-chain cannot be read: ${why}`)
  })
})
