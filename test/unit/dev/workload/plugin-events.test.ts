import { expect, it } from 'vitest'
import { createPluginEvents } from '../../../../src/dev/workload/plugin-events.ts'
import { seededRandom } from '../../../../src/dev/workload/random.ts'
import { createStamp } from '../../../../src/dev/workload/stamp.ts'
import { entityKey } from '../../../../src/event/entity-key.ts'
import { INVENTORY_KINDS } from '../../../../src/event/kinds.ts'

function tell(count: number) {
  const random = seededRandom(5)
  const stories = createPluginEvents(random, createStamp(random))
  return Array.from({ length: count }, () => stories.next())
}

const FIRST =
  /^(stock_stockitem\.created|order_purchaseorder\.created|salesorder\.issued|build\.issued)$/
const LAST =
  /^(stock_stockitem\.deleted|purchaseorder\.completed|salesorder\.(completed|cancelled)|build\.completed)$/

it('generates the events of each object from first to last', () => {
  const names = new Map<string, string[]>()
  for (const event of tell(3_000)) {
    const key = entityKey(INVENTORY_KINDS, event)
    names.set(key, [...(names.get(key) ?? []), event.name])
  }
  const objects = [...names].filter(([, told]) => FIRST.test(told[0]!))
  expect(objects.length).toBeGreaterThan(100)
  for (const [key, told] of objects) {
    const ends = told.filter((name) => LAST.test(name))
    expect(ends.length, key).toBeLessThanOrEqual(1)
    if (ends.length === 1) expect(told.at(-1), key).toBe(ends[0])
    expect(
      told.filter((name) => FIRST.test(name)),
      key,
    ).toHaveLength(1)
  }
})

it('keys every event by its object', () => {
  for (const event of tell(500))
    expect(entityKey(INVENTORY_KINDS, event), event.name).toMatch(/^[a-z]+:\d+$/)
})

it('receives items of an order that was placed', () => {
  const placed = new Set<unknown>()
  for (const { name, kwargs } of tell(3_000)) {
    if (name === 'purchaseorder.placed') placed.add(kwargs.id)
    if (name === 'purchaseorderitem.received') expect(placed).toContain(kwargs.order_id)
  }
  expect(placed.size).toBeGreaterThan(10)
})
