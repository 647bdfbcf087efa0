import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMinute, decodeStatus } from '../../../src/status/decode-status.ts'
import {
  encodeMinute,
  encodeStatus,
  type ReplicaStatus,
  STATUS_BYTES_MAX,
} from '../../../src/status/status-record.ts'
import { pluginStatus, replicaStatus } from '../../support/status.ts'

const FULL: ReplicaStatus = replicaStatus('pod-1/1', {
  problems: [{ check: 'group', why: 'not a member' }],
  openDeadLetters: null,
  partitions: [
    {
      ...{ topic: 'orders', partition: 3, expected: 9, watermark: 7, committed: 6 },
      ...{ lag: 4, lagMs: 1_200, parked: 'the registry is unavailable' },
    },
    {
      ...{ topic: 'orders', partition: 4, expected: 0, watermark: 0, committed: null },
      ...{ lag: null, lagMs: null, parked: null },
    },
  ],
  plugins: [
    pluginStatus('cold-chain', {
      state: 'paused',
      breaker: 'open',
      oldest: { record: 'orders/3@7', ageMs: 9, attempts: 2, why: 'breaker' },
      busiest: { record: 'orders/3@7', deliveries: 40 },
    }),
  ],
  rebalances: [{ atMs: 5, tookMs: 80, reason: 'start', partitions: 4, leaving: 1 }],
  catchUps: [{ slug: 'cold-chain', generation: 2, handled: 7, deadLettered: 1, problem: null }],
  errors: [
    {
      plugin: 'cold-chain',
      type: 'TypeError',
      at: 'p.ts:1:2',
      stack: ['at f (p.ts:1:2)'],
      what: 'x',
      count: 3,
      lastMs: 5,
    },
  ],
})

describe('the status record of a replica', () => {
  it('is read as it was written', () => {
    const { key, value } = encodeStatus(FULL)
    expect(key).toBe('pod-1/1')
    expect(decodeStatus(value)).toEqual(FULL)
  })

  it('of a later version of this format may have more fields', () => {
    const { value } = encodeStatus(FULL)
    const more = JSON.parse(value.toString())
    more.mood = 'fine'
    more.plugins[0].colour = 'blue'
    expect(decodeStatus(Buffer.from(JSON.stringify(more)))).toEqual(FULL)
  })

  it('that is older lacks what was added since', () => {
    const { rebalances, catchUps, ...before } = JSON.parse(encodeStatus(FULL).value.toString())
    delete before.plugins[0].busiest
    delete before.errors[0].stack
    const read = decodeStatus(Buffer.from(JSON.stringify(before)))
    expect(read).toMatchObject({ rebalances: [], catchUps: [] })
    expect([read.plugins[0]?.busiest, read.errors[0]?.stack]).toEqual([null, []])
  })

  it('of another format is refused, naming both', () => {
    const other = (v: unknown) => Buffer.from(JSON.stringify({ ...FULL, v }))
    expect(() => decodeStatus(other(2))).toThrow('v: expected format 1, got 2')
    expect(() => decodeStatus(other('<b>'))).toThrow('v: expected format 1, got none')
  })

  it.each([
    ['partitions', 20_000, 1],
    ['plugins', 10, 5_000],
  ])(
    'leaves out the longest list, %s, if it would be too large',
    (longest, partitions, plugins) => {
      const status = replicaStatus('r', {
        partitions: Array.from({ length: partitions }, () => FULL.partitions[0]!),
        plugins: Array.from({ length: plugins }, (_, n) => pluginStatus(`plugin-${n}`)),
      })
      const { value } = encodeStatus(status)
      expect(value.length).toBeLessThanOrEqual(STATUS_BYTES_MAX)
      const read = decodeStatus(value)
      expect(read).toMatchObject({ replica: 'r', omitted: [longest], [longest]: [] })
      const other = longest === 'plugins' ? 'partitions' : 'plugins'
      expect(read[other as 'plugins']).toHaveLength(longest === 'plugins' ? 10 : 1)
    },
  )

  it('of strangers is read or refused, never more', () => {
    const bytes = fc.oneof(
      fc.uint8Array().map((each) => Buffer.from(each)),
      fc.json().map((json) => Buffer.from(json)),
      changed(FULL).map((value) => Buffer.from(JSON.stringify(value))),
    )
    fc.assert(
      fc.property(bytes, (value) => {
        for (const read of [decodeStatus, decodeMinute]) {
          try {
            read(value)
          } catch (error) {
            expect(error).toBeInstanceOf(Error)
          }
        }
      }),
    )
  })

  it('cuts long texts, and refuses long lists, numbers that are none and bytes beyond the limit', () => {
    const with_ = (more: object) => Buffer.from(JSON.stringify({ v: 1, ...FULL, ...more }))
    expect(decodeStatus(with_({ version: 'x'.repeat(9_000) })).version).toHaveLength(500)
    const problems = Array.from({ length: 101 }, () => ({ check: '', why: '' }))
    expect(() => decodeStatus(with_({ problems }))).toThrow('problems: expected a list of at most')
    expect(() => decodeStatus(with_({ startedMs: '1' }))).toThrow('startedMs: expected a number')
    expect(() => decodeStatus(Buffer.alloc(STATUS_BYTES_MAX + 1))).toThrow('expected at most')
  })
})

describe('the record of a minute', () => {
  const minute = {
    ...{ replica: 'r', minuteMs: 7_200_000 + 59 * 60_000, lag: 1, oldestMs: 2, loopDelayMs: 3 },
    plugins: [{ slug: 'a', handled: 5, failed: 1 }],
  }

  it('is read as it was written, and has one of sixty keys', () => {
    const { key, value } = encodeMinute(minute)
    expect(key).toBe('r#59')
    expect(decodeMinute(value)).toEqual(minute)
    expect(encodeMinute({ ...minute, minuteMs: minute.minuteMs + 60_000 }).key).toBe('r#0')
  })
})

/** The record with one value somewhere in it replaced by any other. */
function changed(record: object): fc.Arbitrary<unknown> {
  const paths: (string | number)[][] = []
  const visit = (value: unknown, path: (string | number)[]) => {
    paths.push(path)
    if (typeof value !== 'object' || value === null) return
    for (const [name, each] of Object.entries(value)) visit(each, [...path, name])
  }
  visit(record, [])
  return fc.tuple(fc.constantFrom(...paths), fc.jsonValue()).map(([path, value]) => {
    const copy = { whole: { v: 1, ...structuredClone(record) } as unknown }
    let holder: Record<string, unknown> = copy
    for (const name of ['whole', ...path].slice(0, -1)) holder = holder[name] as typeof holder
    holder[['whole', ...path].at(-1)!] = value
    return copy.whole
  })
}
