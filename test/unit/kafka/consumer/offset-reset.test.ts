import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { type OutOfRangePolicy, offsetReset } from '../../../../src/kafka/consumer/offset-reset.ts'

/** The start found for a log of 10 to 20. */
function find(next: number | undefined, outOfRange: OutOfRangePolicy = 'earliest') {
  const told: unknown[] = []
  const findStart = offsetReset({
    groupId: 'group',
    outOfRange,
    log: pino({ level: 'silent' }),
    onOutOfRange: (...args) => void told.push(args),
  })
  const start = findStart({ topic: 'topic', partition: 3 }, next, { low: 10, high: 20 })
  return { start, told }
}

describe('the start offset', () => {
  it.each([10, 15, 20])('is the next offset if it is in the log or at its end: %i', (next) => {
    expect(find(next, 'fail')).toEqual({ start: { offset: next }, told: [] })
  })

  it('is the first offset if nothing was read yet', () => {
    expect(find(undefined, 'fail')).toEqual({ start: { offset: 10 }, told: [] })
  })

  it.each([
    ['earliest', 9, 10, 'removed', 1],
    ['earliest', 0, 10, 'removed', 10],
    ['latest', 9, 20, 'removed', 11],
    ['earliest', 21, 10, 'beyond-end', 0],
    ['latest', 21, 20, 'beyond-end', 10],
  ] as const)('%s, next %i: starts at %i, %s, %i lost', (policy, next, offset, reason, lost) => {
    const { start, told } = find(next, policy)
    expect(start).toEqual({ offset, outOfRange: reason })
    expect(told).toEqual([['topic', reason, lost]])
  })

  it.each([9, 21])('is an error under fail: %i', (next) => {
    expect(() => find(next, 'fail')).toThrow(
      `group group: next offset ${next} of topic/3 is outside the log, 10 to 20`,
    )
  })
})
