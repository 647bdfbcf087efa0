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

it('adds a tally of many series to each of them', async () => {
  const register = new Registry()
  const registers = [register]
  const counter = new TalliedCounter({ name: 'n', help: 'h', labelNames: ['a'], registers })
  const both = counter.tallyOfEach([{ a: 'x' }, { a: 'y' }])
  counter.tallyOf({ a: 'y' }).count += 1
  both.count += 2
  expect(await register.metrics()).toMatch(/n\{a="x"\} 2\nn\{a="y"\} 3\n$/)
  both.count += 1
  expect(await register.metrics()).toMatch(/n\{a="x"\} 3\nn\{a="y"\} 4\n$/)
})
