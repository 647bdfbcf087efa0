import fc from 'fast-check'
import { expect, it } from 'vitest'
import { firstOffsetsSince } from '../../../../src/kafka/client/log-range.ts'

/** An admin client of one partition, from offset 5 to 9; Kafka takes a negative time for another request. */
function adminOf(requested: number[]) {
  return {
    fetchTopicOffsets: async () => [{ partition: 0, offset: '9', low: '5', high: '9' }],
    async fetchTopicOffsetsByTimestamp(_: string, timeMs?: number) {
      requested.push(timeMs ?? -1)
      return [{ partition: 0, offset: '7' }]
    },
  }
}

it('a time before 1970 is the start of the log', async () => {
  const requested: number[] = []
  expect(await firstOffsetsSince(adminOf(requested), 't', -1)).toEqual(new Map([[0, 5]]))
  expect(await firstOffsetsSince(adminOf(requested), 't', -2)).toEqual(new Map([[0, 5]]))
  expect(await firstOffsetsSince(adminOf(requested), 't', 1)).toEqual(new Map([[0, 7]]))
  expect(requested).toEqual([1])
})

it('only whole, positive times are requested', async () => {
  await fc.assert(
    fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), async (timeMs) => {
      const requested: number[] = []
      await firstOffsetsSince(adminOf(requested), 't', timeMs)
      expect(requested.every((each) => Number.isInteger(each) && each > 0)).toBe(true)
    }),
  )
})
