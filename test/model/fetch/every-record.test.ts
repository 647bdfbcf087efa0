import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Fates, PARTITIONS, World } from './world.ts'

const RUNS = Number(process.env.MODEL_RUNS ?? 300)
/** More than any fate delays a partition. */
const HEALED_MS = 60_000
/** No leader, an offset or an epoch that is not known there yet, a disk that fails, and others. */
const ERRORS = [-1, 2, 3, 5, 6, 9, 56, 74, 75, 76, 78, 100]

type Step =
  | { type: 'append'; partition: number; count: number }
  | { type: 'move' | 'reassign'; partition: number }
  | { type: 'wait'; ms: number }

const partition = fc.nat(PARTITIONS - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('append' as const),
      partition,
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('move' as const), partition }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reassign' as const), partition }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(3_000) }) },
)
const fates: fc.Arbitrary<Fates> = fc.record({
  requests: fc.array(fc.record({ afterMs: fc.nat(8_000), breaks: fc.boolean() }), {
    maxLength: 10,
  }),
  partitions: fc.array(
    fc.oneof(
      fc.record({ errorCode: fc.constantFrom(...ERRORS) }),
      fc.constantFrom('batches' as const, 'corrupt' as const),
    ),
    { maxLength: 15 },
  ),
  obstaclesMs: fc.array(fc.oneof(fc.constant(0), fc.nat(4_000)), { maxLength: 15 }),
})

it('takes every record once, in order, whatever brokers and leaders do', async () => {
  const isRight = async (steps: Step[], each: Fates) => {
    const world = new World(each)
    for (let n = 0; n < PARTITIONS; n++) world.reassign(n)
    for (const one of steps) {
      if (one.type === 'append') world.append(one.partition, one.count)
      if (one.type === 'move') world.move(one.partition)
      if (one.type === 'reassign') world.reassign(one.partition)
      if (one.type === 'wait') await world.wait(one.ms)
    }
    await world.heal(HEALED_MS)
    expect(world.problems).toEqual([])
  }
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), fates, isRight), {
    numRuns: RUNS,
  })
})
