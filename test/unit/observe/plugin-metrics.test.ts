import { Registry } from 'prom-client'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { createMetrics } from '../../../src/observe/metrics.ts'
import { createPluginMetrics } from '../../../src/observe/plugin-metrics.ts'
import type { PluginMetrics } from '../../../src/plugin/life/plugin-metrics.ts'

const help = 'Something.'

async function linesOf(register: Registry): Promise<string[]> {
  return (await register.metrics()).split('\n').filter((line) => /^[^#]/.test(line))
}

it('makes metrics whose names and label say which plugin', async () => {
  const register = new Registry()
  const metrics = createPluginMetrics(register)('cold-chain')
  const sent = metrics.counter({ name: 'alarms_total', help, labels: { result: ['ok', 'failed'] } })
  const queued = metrics.gauge({ name: 'queued_alarms', help })
  const took = metrics.histogram({ name: 'alarm_seconds', help, buckets: [0.1, 1] })
  sent.inc(1, { result: 'ok' })
  sent.inc(2, { result: 'ok' })
  queued.set(5)
  took.observe(0.5)
  const prefix = 'inventory_events_plugin_'
  expect(await linesOf(register)).toEqual([
    `${prefix}alarms_total{plugin="cold-chain",result="ok"} 3`,
    `${prefix}alarms_total{plugin="cold-chain",result="failed"} 0`,
    `${prefix}queued_alarms{plugin="cold-chain"} 5`,
    `${prefix}alarm_seconds_bucket{le="0.1",plugin="cold-chain"} 0`,
    `${prefix}alarm_seconds_bucket{le="1",plugin="cold-chain"} 1`,
    `${prefix}alarm_seconds_bucket{le="+Inf",plugin="cold-chain"} 1`,
    `${prefix}alarm_seconds_sum{plugin="cold-chain"} 0.5`,
    `${prefix}alarm_seconds_count{plugin="cold-chain"} 1`,
  ])
})

it('counts values that are not listed as other', async () => {
  const register = new Registry()
  const metrics = createPluginMetrics(register)('a')
  const sent = metrics.counter({ name: 'sent_total', help, labels: { result: ['ok'] } })
  for (const result of ['500', '502']) sent.inc(1, { result: result as 'ok' })
  expect(await linesOf(register)).toContain(
    'inventory_events_plugin_sent_total{plugin="a",result="other"} 2',
  )
})

it('lets plugins share a metric of the same shape', async () => {
  const register = new Registry()
  const metricsOf = createPluginMetrics(register)
  metricsOf('a')
    .counter({ name: 'sent_total', help, labels: { to: ['x'] } })
    .inc(1, { to: 'x' })
  metricsOf('b')
    .counter({ name: 'sent_total', help, labels: { to: ['y'] } })
    .inc(2, { to: 'y' })
  expect(await linesOf(register)).toEqual([
    'inventory_events_plugin_sent_total{plugin="a",to="x"} 1',
    'inventory_events_plugin_sent_total{plugin="b",to="y"} 2',
  ])
})

describe.each<[string, RegExp, (metrics: PluginMetrics) => unknown]>([
  ['Capital', /^a name of/, (m) => m.gauge({ name: 'Capital', help })],
  ['two__lines', /^a name of/, (m) => m.gauge({ name: 'two__lines', help })],
  ['sent', /^a name that ends with _total/, (m) => m.counter({ name: 'sent', help })],
  ['sent_total', /^a name that ends with _total/, (m) => m.gauge({ name: 'sent_total', help })],
  ['wait_sum', /^a name that does not end like/, (m) => m.gauge({ name: 'wait_sum', help })],
  ['x', /^a text/, (m) => m.gauge({ name: 'x', help: '' })],
  ['x', /^lower-case letters.*plugin/, (m) => m.gauge({ name: 'x', help, labels: { plugin: [] } })],
  ['x', /^numbers that rise/, (m) => m.histogram({ name: 'x', help, buckets: [2, 1] })],
  ['x', /^numbers that rise/, (m) => m.histogram({ name: 'x', help, buckets: [] })],
])('the metric %s', (name, expected, make) => {
  it(`is refused: expected ${expected.source}`, () => {
    const metrics = createPluginMetrics(new Registry())('a')
    const message = expect.stringContaining(`plugin a: metric ${name}: `)
    const matching = expect.objectContaining({ code: 'PLUGIN_INVALID', plugin: 'a', message })
    expect(() => make(metrics)).toThrow(matching)
    expect(() => make(metrics)).toThrow(new RegExp(`expected ${expected.source.replace('^', '')}`))
  })
})

it('refuses labels that could make too many series', () => {
  const values = Array.from({ length: 31 }, (_, n) => `v${n}`)
  const labels = { one: values, two: values }
  const make = () => createPluginMetrics(new Registry())('a').gauge({ name: 'x', help, labels })
  expect(make).toThrow('plugin a: metric x: labels: expected at most 1000 series, got 1024')
})

it('refuses a name twice, and one that another plugin uses in another way', () => {
  const metricsOf = createPluginMetrics(new Registry())
  metricsOf('a').gauge({ name: 'queue', help, labels: { to: ['x'] } })
  expect(() => metricsOf('a').gauge({ name: 'queue', help, labels: { to: ['x'] } })).toThrow(
    'plugin a: metric queue: the plugin has made it already',
  )
  const clash = 'plugin a has one of this name, a gauge with labels to: expected the same'
  for (const make of [
    (m: PluginMetrics) => m.gauge({ name: 'queue', help }),
    (m: PluginMetrics) => m.gauge({ name: 'queue', help, labels: { from: ['x'] } }),
    (m: PluginMetrics) => m.histogram({ name: 'queue', help, buckets: [1], labels: { to: [] } }),
  ]) {
    expect(() => make(metricsOf('b'))).toThrow(`plugin b: metric queue: ${clash}`)
  }
})

it("refuses the names of the service's own", () => {
  const { register } = createMetrics({ version: '' })
  const make = () => createPluginMetrics(register)('a').gauge({ name: 'state', help })
  expect(make).toThrow('plugin a: metric state: the service has one of this name')
})

it('types the labels', () => {
  const metrics = createPluginMetrics(new Registry())('a')
  const sent = metrics.counter({ name: 'sent_total', help, labels: { result: ['ok', 'failed'] } })
  expectTypeOf(sent.inc).parameters.toEqualTypeOf<
    [value: number, labels: { readonly result: 'ok' | 'failed' | 'other' }]
  >()
  expectTypeOf(metrics.gauge({ name: 'queue', help }).set).parameters.toEqualTypeOf<
    [value: number]
  >()
})
