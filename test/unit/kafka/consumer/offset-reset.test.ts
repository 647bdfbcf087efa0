import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import {
  type OutOfRangePolicy,
  offsetReset,
  startAfter,
} from '../../../../src/kafka/consumer/offset-reset.ts'

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

describe('the start in a log that was written anew', () => {
  function found(cause: 'recreated' | 'truncated', outOfRange: OutOfRangePolicy, next: number) {
    const told: unknown[] = []
    const ports = {
      ...{ groupId: 'group', history: { has: () => true }, outOfRange },
      log: pino({ level: 'silent' }),
      onOutOfRange: (...args: unknown[]) => void told.push(args),
    }
    const range = { low: 10, high: 20 }
    const start = startAfter(cause, ports, { topic: 'topic', partition: 3 }, next, range)
    return { start, told }
  }

  it.each([
    ['recreated', 'earliest', 15, 10],
    ['recreated', 'latest', 15, 10],
    ['truncated', 'earliest', 15, 15],
    ['truncated', 'latest', 15, 15],
    // Retention has gone on meanwhile, or the leader does not have all of it committed yet.
    ['truncated', 'earliest', 5, 10],
    ['truncated', 'earliest', 25, 20],
  ] as const)('%s, %s, next %i: at %i', (cause, policy, next, offset) => {
    const { start, told } = found(cause, policy, next)
    expect(start).toEqual({ offset, outOfRange: cause })
    expect(told).toEqual([['topic', cause, 0]])
  })

  it('is an error under fail', () => {
    expect(() => found('truncated', 'fail', 15)).toThrow(
      /^group group: the log of topic\/3 was cut off at offset 15, below what was read.*OUT_OF_RANGE/,
    )
    expect(() => found('recreated', 'fail', 15)).toThrow('next offset 15 of topic/3')
  })
})
