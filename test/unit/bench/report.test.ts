import { describe, expect, it } from 'vitest'
import type { Bench } from '../../../bench/lib/bench.ts'
import { compare, ratio } from '../../../bench/lib/compare.ts'
import { isNear, markdown, summary, verdictOf } from '../../../bench/lib/report.ts'
import { rowOf, spreadOf } from '../../../bench/lib/statistics.ts'

const sample = (wallMs: number) => ({ records: 1_000, wallMs, cpuMs: wallMs / 2, peakMiB: 100 })

describe('statistics', () => {
  it('take the median of an odd and an even number of rounds', () => {
    expect(spreadOf([5, 1, 3])).toEqual({ median: 3, least: 1, most: 5 })
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4 })
    expect(spreadOf([]).median).toBeNaN()
  })

  it('compare medians', () => {
    const rows = [rowOf('one', [sample(10)]), rowOf('other', [sample(5)])]
    expect(ratio(rows, 'perSecond', ['one', 'other']).value).toBe(0.5)
    expect(ratio(rows, 'cpuMicros', ['one', 'other']).value).toBe(2)
    expect(() => ratio(rows, 'perSecond', ['one', 'third'])).toThrow('third')
  })
})

it('contenders take turns', async () => {
  const ran: string[] = []
  const contender = (name: string) => ({
    name,
    async run() {
      ran.push(name)
      return sample(10)
    },
  })
  const rows = await compare({ rounds: 2, say: () => {} } as unknown as Bench, [
    contender('a'),
    { ...contender('b'), roundsMax: 1 },
  ])
  expect(ran).toEqual(['a', 'b', 'a'])
  expect(rows.map(({ samples }) => samples.length)).toEqual([2, 1])
})

describe('a finding', () => {
  const finding = { what: 'x', unit: '×' }

  it('is reached, not reached or only reported', () => {
    expect(verdictOf({ ...finding, value: 0.93, atLeast: 0.93 })).toBe('reached')
    expect(verdictOf({ ...finding, value: 0.92, atLeast: 0.93 })).toBe('not reached')
    expect(verdictOf({ ...finding, value: 1.2, atMost: 1.1 })).toBe('not reached')
    expect(verdictOf({ ...finding, value: 9 })).toBe('reported')
  })

  it('fails the quick form beyond its limit, and if it is not a number', () => {
    expect(isNear({ ...finding, value: 2, atMost: 1.1, quickAtMost: 2.5 })).toBe(true)
    expect(isNear({ ...finding, value: 2.6, quickAtMost: 2.5 })).toBe(false)
    expect(isNear({ ...finding, value: Number.NaN, quickAtMost: 2.5 })).toBe(false)
  })

  it('is shown with its target', () => {
    const findings = [{ ...finding, value: 0.5, atLeast: 0.93 }]
    const text = markdown({ name: 'n', title: 't', rows: [rowOf('a', [sample(10)])], findings })
    expect(text).toContain('| x | 0.50 × | ≥ 0.93 × | not reached |')
    const reports = [
      { name: 'n', title: 't', rows: [], findings: [...findings, { ...finding, value: 9 }] },
    ]
    expect(summary(reports).split('\n')).toEqual([
      '| case | comparison | measured | to reach | verdict |',
      '| --- | --- | --- | --- | --- |',
      '| n | x | 0.50 × | ≥ 0.93 × | not reached |',
    ])
    expect(text).toContain('| a | 1,000 | 100,000 | 5.00 | 100 |')
  })
})
