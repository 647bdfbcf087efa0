import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { loadContract } from '../../../src/avro/own-kinds/load-contract.ts'
import { createMeantName } from '../../../src/event/meant-name.ts'
import { checkPlugin } from '../../../src/plugin/check-plugin.ts'

const { kinds } = loadContract([resolve('test/support/schemas')])

const problemsOf = (wants: string[], where?: object) =>
  checkPlugin(kinds, { slug: 'orders', wants, where, processEvent() {} })

it('a plugin may want own kinds, and filter by their fields', () => {
  const where = {
    all: [
      { exact: { 'data.status': 'paid', 'data.order.id': 'o1', 'data.product.attributes.x': 1 } },
      { gt: { 'data.order.due': '2026-01-31', 'data.time': '2026-01-31T00:00:00Z' } },
    ],
  }
  expect(problemsOf(['order.placed'], where)).toEqual([])
  const others = { any: [{ gt: { 'data.size': 5 } }, { exact: { 'data.either.a': 'x' } }] }
  expect(problemsOf(['every.type'], others)).toEqual([])
  expect(problemsOf(['every.type'], { exact: { 'data.prices.eur': '1.0000' } })).toEqual([])
})

it('a field or a value that its kind never has is a mistake', () => {
  expect(problemsOf(['order.placed'], { exact: { 'data.order.totl': '1.00' } })).toEqual([
    'where: data.order.totl: no field of shop.OrderPlaced, did you mean data.order.total?',
  ])
  expect(problemsOf(['order.placed'], { exact: { 'data.order.total': 5 } })).toEqual([
    'where: data.order.total: expected a string, got 5',
  ])
  expect(problemsOf(['every.type'], { exact: { 'data.flag': 'yes' } })).toEqual([
    'where: data.flag: expected a boolean, got yes',
  ])
  expect(problemsOf(['every.type'], { exact: { 'data.days': '2026-01-31' } })).toEqual([
    'where: data.days: expected the operator exists, because the field is a list or a map',
  ])
})

it('decimals are not compared as text, which has another order', () => {
  expect(problemsOf(['order.placed'], { gt: { 'data.order.total': '10.00' } })).toEqual([
    'where: data.order.total: expected another operator than gt, because its text is not in the order of its values',
  ])
})

it('a name that is nearly an own kind stands for it', () => {
  expect(createMeantName(kinds)('order.placd')).toBe('order.placed')
  expect(problemsOf(['order.placd'])).toEqual([
    "wants[0]: 'order.placd' is unknown, did you mean 'order.placed'? Only a wantsProcessEvent can want it as it is",
  ])
})
