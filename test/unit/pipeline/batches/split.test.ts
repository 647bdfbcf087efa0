import fc from 'fast-check'
import { expect, it } from 'vitest'
import { callSplitting } from '../../../../src/pipeline/batches/split.ts'

const sets = fc.record({
  size: fc.integer({ min: 1, max: 40 }),
  bad: fc.uniqueArray(fc.nat(39), { maxLength: 6 }),
  /** Items that get a result of their own while the others are called again. */
  leftOut: fc.uniqueArray(fc.nat(39), { maxLength: 6 }),
  /** Items that may no longer be called from this call on. */
  gone: fc.uniqueArray(fc.tuple(fc.nat(39), fc.nat(20)), {
    maxLength: 3,
    selector: ([item]) => item,
  }),
})

it('every item ends once, in order, and only what fails alone fails', async () => {
  await fc.assert(
    fc.asyncProperty(sets, async ({ size, bad, leftOut, gone }) => {
      const items = Array.from({ length: size }, (_, n) => n)
      const ended: number[] = []
      const failed: number[] = []
      const refused: number[] = []
      const goneAt = new Map(gone)
      let calls = 0
      await callSplitting(items, {
        ready: (piece) =>
          piece.filter((item) => {
            const isGone = calls >= (goneAt.get(item) ?? Infinity)
            if (isGone) refused.push(item)
            return !isGone
          }),
        async call(piece) {
          calls += 1
          expect([...piece].sort((a, b) => a - b)).toEqual(piece)
          if (piece.some((item) => bad.includes(item))) return { type: 'failed' }
          const rest = piece.filter((item) => !leftOut.includes(item))
          if (rest.length < piece.length) {
            ended.push(...piece.filter((item) => leftOut.includes(item)))
            return { type: 'again', rest }
          }
          ended.push(...piece)
          return { type: 'ended' }
        },
        fail: (item) => failed.push(item),
      })
      expect([...ended, ...failed, ...refused].sort((a, b) => a - b)).toEqual(items)
      for (const item of failed) expect(bad).toContain(item)
      for (const item of bad) expect(ended).not.toContain(item)
      expect(calls).toBeLessThanOrEqual(2 * (2 * size - 1))
    }),
    { numRuns: 500 },
  )
})

it('finds one bad item of 512 with about two calls for each halving', async () => {
  let calls = 0
  await callSplitting(
    Array.from({ length: 512 }, (_, n) => n),
    {
      ready: (piece) => piece,
      call: async (piece) => {
        calls += 1
        return { type: piece.includes(300) ? 'failed' : 'ended' }
      },
      fail() {},
    },
  )
  expect(calls).toBe(19)
})
