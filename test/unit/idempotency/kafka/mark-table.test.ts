import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MarkTable } from '../../../../src/idempotency/kafka/mark-table.ts'

/** Few distinct first words, so that searches collide and wrap around, and entries are moved up. */
const mark = fc
  .tuple(fc.constantFrom(0, 1, 2, 127, 0xffff_ffff), fc.nat(40), fc.nat(1), fc.nat(3))
  .map((words) => Uint32Array.from(words))

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('add' as const), mark }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('drop' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('drop-many' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('find' as const), mark }) },
)

const keyOf = (mark: Uint32Array) => mark.slice(0, 3).join()

describe('mark table', () => {
  it('agrees with an insertion-ordered Map', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
        const table = new MarkTable()
        const model = new Map<string, { fingerprint: number; madeAt: number }>()
        const drop = () => {
          table.dropOldest()
          for (const key of [...model.keys()].slice(0, 1)) model.delete(key)
        }
        steps.forEach((each, second) => {
          if (each.type === 'add') {
            const isNew = !model.has(keyOf(each.mark))
            if (isNew) model.set(keyOf(each.mark), { fingerprint: each.mark[3]!, madeAt: second })
            expect(table.add(each.mark, second)).toBe(isNew)
          } else if (each.type === 'find') {
            expect(table.find(each.mark)).toBe(model.get(keyOf(each.mark))?.fingerprint)
          } else {
            for (let n = 0; n < (each.type === 'drop' ? 1 : 30); n++) drop()
          }
          expect(table.size).toBe(model.size)
          expect(table.oldestMadeAt).toBe(model.values().next().value?.madeAt)
        })
        for (const [key, { fingerprint }] of model) {
          const words = key.split(',').map(Number)
          expect(table.find(Uint32Array.from([...words, 0]))).toBe(fingerprint)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('keeps its entries in order when it grows while wrapped around', () => {
    const table = new MarkTable()
    const at = (n: number) => Uint32Array.from([n * 2_654_435_761, n, 0, n])
    for (let n = 0; n < 60; n++) table.add(at(n), n)
    for (let n = 0; n < 50; n++) table.dropOldest()
    for (let n = 60; n < 1_000; n++) table.add(at(n), n)
    for (let n = 50; n < 1_000; n++) {
      expect(table.oldestMadeAt).toBe(n)
      expect(table.find(at(n))).toBe(n)
      table.dropOldest()
      expect(table.find(at(n))).toBeUndefined()
    }
    expect(table.size).toBe(0)
  })
})
