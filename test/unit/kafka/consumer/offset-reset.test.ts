import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { type OutOfRangePolicy, offsetReset } from '../../../../src/kafka/consumer/offset-reset.ts'

/** The start found for a log of 10 to 20. */
function find(
  next: number | undefined,
  outOfRange: OutOfRangePolicy = 'earliest',
  { hasCommitted = false, low = 10, high = 20 } = {},
) {
  const told: unknown[] = []
  const findStart = offsetReset({
    groupId: 'group',
    history: { has: () => hasCommitted },
    outOfRange,
    log: pino({ level: 'silent' }),
    onOutOfRange: (...args) => void told.push(args),
  })
  const start = findStart({ topic: 'topic', partition: 3 }, next, { low, high })
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

  it.each([
    ['earliest', 10, 0],
    ['latest', 20, 10],
  ] as const)('%s: at %i if the committed offset is gone', (policy, offset, lost) => {
    const { start, told } = find(undefined, policy, { hasCommitted: true })
    expect(start).toEqual({ offset, outOfRange: 'expired' })
    expect(told).toEqual([['topic', 'expired', lost]])
  })

  it('is an error under fail if the committed offset is gone', () => {
    expect(() => find(undefined, 'fail', { hasCommitted: true })).toThrow(
      /^group group: the committed offset of topic\/3 is gone: .*OUT_OF_RANGE/,
    )
  })

  it('is the first offset of a log that never had a record, committed or not', () => {
    const never = { hasCommitted: true, low: 0, high: 0 }
    expect(find(undefined, 'fail', never)).toEqual({ start: { offset: 0 }, told: [] })
  })

  it.each([10, 20])('is the next offset, whatever was committed before: %i', (next) => {
    const found = find(next, 'fail', { hasCommitted: true })
    expect(found).toEqual({ start: { offset: next }, told: [] })
  })

  it.each([9, 21])('is an error under fail: %i', (next) => {
    expect(() => find(next, 'fail')).toThrow(
      `group group: next offset ${next} of topic/3 is outside the log, 10 to 20`,
    )
  })
})
