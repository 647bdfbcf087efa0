import { Histogram, Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { TalliedHistogram } from '../../../src/observe/series/tallied-histogram.ts'

const options = { name: 'n', help: 'h', labelNames: ['a'], buckets: [0.1, 1, 10] }

it('has the same output as a prom-client histogram', async () => {
  const [own, theirs] = [new Registry(), new Registry()]
  const tallied = new TalliedHistogram({ ...options, registers: [own] })
  const histogram = new Histogram({ ...options, registers: [theirs] })
  expect(await own.metrics()).toBe(await theirs.metrics())
  for (const a of ['x', 'y']) {
    const distribution = tallied.of({ a })
    for (const value of [0, 0.1, 0.11, 1, 9, 10, 11, 1_000, a === 'x' ? 0.5 : 2]) {
      distribution.observe(value)
      histogram.observe({ a }, value)
    }
  }
  expect(await own.metrics()).toBe(await theirs.metrics())
  expect(await own.metrics()).toContain('n_bucket{le="+Inf",a="y"} 9\n')
})
