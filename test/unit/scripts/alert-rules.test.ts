import { describe, expect, it } from 'vitest'
import { alertRules, thresholdOf } from '../../../scripts/alert-rules.ts'

const rule = (expr: string) => ({
  alert: 'Any',
  expr,
  labels: { severity: 'warning' },
  annotations: { summary: '' },
})

describe('the threshold of an alert', () => {
  it.each([
    ['fetch_age_seconds > 60', 60],
    ['(\n  lag_seconds > 300\n  and deriv(lag_seconds[10m]) > 0.02\n)', 300],
    ['sum(rate(requests_total{status!="429"}[5m]))\n/ sum(rate(requests_total[5m]))\n> 0.05', 0.05],
    ['free_bytes < 1024', 1024],
  ])('is the first number that the expression compares with: %j', (expr, threshold) => {
    expect(thresholdOf(rule(expr))).toBe(threshold)
  })

  it.each([
    ['a state', 'max by (job) (breaker_open) == 1'],
    ['what may not be at all', 'increase(out_of_range_total[1h]) > 0'],
    ['another series', 'assigned_partitions < on (job) partitions'],
    ['a number after another series', 'rebalances > on (job) (5 + count(uptime_seconds < 900))'],
  ])('is absent where it compares with %s', (_, expr) => {
    expect(thresholdOf(rule(expr))).toBeUndefined()
  })

  it('is there for several alerts of the chart', () => {
    const found = alertRules().filter((each) => thresholdOf(each) !== undefined)
    expect(found.length).toBeGreaterThan(5)
    expect(new Set(found.map(({ alert }) => alert)).size).toBe(found.length)
  })
})
