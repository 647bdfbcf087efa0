import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RemovalForecast } from '../../../../src/kafka/admin/removal-forecast.ts'

const DAY_MS = 86_400_000
const NOW_MS = Date.UTC(2026, 0, 31)
const LAST_MONTH_MS = NOW_MS - 30 * DAY_MS
const WEEK = { cleanupPolicy: 'delete', retentionMs: 7 * DAY_MS }

/** A partition as the brokers describe it; `timestamps` are those of its records. */
function forecast(timestamps: number[], retention = WEEK, logStart = 0) {
  const removal = new RemovalForecast()
  removal.setRetention('t', retention)
  removal.setLogStarts('t', new Map([[0, logStart]]))
  const oldestMs = removal.oldestKeptMs('t', NOW_MS)
  if (oldestMs !== undefined) {
    const kept = timestamps.findIndex((each, offset) => offset >= logStart && each >= oldestMs)
    removal.setKeptFrom('t', oldestMs, new Map([[0, kept < 0 ? timestamps.length : kept]]))
  }
  return timestamps.map((timestampMs, offset) =>
    removal.removalOf({ topic: 't', partition: 0, offset, timestampMs }),
  )
}

describe('the forecast of what Kafka removes', () => {
  it('names a record of last month that has nothing younger before it', () => {
    const [first, second] = forecast([LAST_MONTH_MS, NOW_MS])
    expect(first).toBe(
      'Kafka was about to remove its record: all of t/0 below offset 1 is older than 90 % of retention.ms (604800000)',
    )
    expect(second).toBeUndefined()
  })

  it('keeps a backfill of last month behind a record of today', () => {
    expect(forecast([NOW_MS, LAST_MONTH_MS, LAST_MONTH_MS])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('keeps a record without a timestamp, wherever it is', () => {
    expect(forecast([-1, -1])).toEqual([undefined, undefined])
    expect(forecast([LAST_MONTH_MS, -1])[1]).toBeUndefined()
  })

  it('names a record that the log no longer has, whatever its timestamp', () => {
    const gone = 'Kafka removed its record: t/0 now begins at offset 2'
    expect(forecast([-1, NOW_MS, NOW_MS], WEEK, 2)).toEqual([gone, gone, undefined])
  })

  it.each([
    ['compacted', { cleanupPolicy: 'compact', retentionMs: 7 * DAY_MS }],
    ['kept for ever', { cleanupPolicy: 'delete', retentionMs: -1 }],
    ['without a policy', { cleanupPolicy: '', retentionMs: 7 * DAY_MS }],
    [
      'kept for longer than since 1970',
      { cleanupPolicy: 'delete', retentionMs: 100 * 365 * DAY_MS },
    ],
  ])('names nothing of a topic that is %s', (_, retention) => {
    expect(forecast([LAST_MONTH_MS, 0], retention)).toEqual([undefined, undefined])
  })

  it('obeys the retention of a topic that is compacted and removed by time', () => {
    expect(forecast([LAST_MONTH_MS], { ...WEEK, cleanupPolicy: 'compact,delete' })[0]).toBeDefined()
  })

  it('names nothing of a topic that is not known', () => {
    const record = { topic: 'other', partition: 0, offset: 0, timestampMs: LAST_MONTH_MS }
    expect(new RemovalForecast().removalOf(record)).toBeUndefined()
  })

  const timestamps = fc.array(
    fc.integer({ min: 0, max: 30 * DAY_MS }).map((ageMs) => NOW_MS - ageMs),
    { minLength: 1 },
  )

  it('names each record that Kafka would remove soon, wherever its segments are cut', () => {
    fc.assert(
      fc.property(timestamps, fc.array(fc.nat({ max: 20 })), (times, cuts) => {
        const named = forecast(times)
        const removed = removedByKafka(times, cuts, NOW_MS + WEEK.retentionMs / 10)
        expect(named.slice(0, removed)).not.toContain(undefined)
      }),
    )
  })

  it('names no other if each record is a segment', () => {
    fc.assert(
      fc.property(timestamps, (times) => {
        const removed = removedByKafka(times, [...times.keys()], NOW_MS + WEEK.retentionMs / 10)
        const named = forecast(times).filter((each) => each !== undefined)
        expect(named).toHaveLength(removed)
      }),
    )
  })
})

/**
 * How many records Kafka removes from the start of the log: those of segments, which begin at the
 * cuts, whose largest timestamp is too old, up to the first that it keeps.
 */
function removedByKafka(timestamps: number[], cuts: number[], nowMs: number): number {
  const starts = [...new Set([0, ...cuts])].filter((cut) => cut < timestamps.length)
  starts.sort((a, b) => a - b)
  const kept = starts.find((start, index) => {
    const largest = Math.max(...timestamps.slice(start, starts[index + 1]))
    return nowMs - largest <= WEEK.retentionMs
  })
  return kept ?? timestamps.length
}
