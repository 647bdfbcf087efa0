import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { TalliedCounter } from '../../../src/observe/series/tallied-counter.ts'

it('adds tallies since the last read to what was counted by labels', async () => {
  const register = new Registry()
  const registers = [register]
  const counter = new TalliedCounter({ name: 'n', help: 'h', labelNames: ['a'], registers })
  counter.inc({ a: 'x' }, 0)
  const [x, y] = [counter.tallyOf({ a: 'x' }), counter.tallyOf({ a: 'y' })]
  expect(await register.getSingleMetricAsString('n')).toMatch(/n\{a="x"\} 0$/)
  x.count += 2
  counter.inc({ a: 'x' })
  expect(await register.metrics()).toMatch(/n\{a="x"\} 3\n$/)
  y.count += 1
  x.count += 1
  expect(await register.metrics()).toMatch(/n\{a="x"\} 4\nn\{a="y"\} 1\n$/)
  expect(await register.metrics()).toMatch(/n\{a="x"\} 4\nn\{a="y"\} 1\n$/)
})
