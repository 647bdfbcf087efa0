import type { PluginEvent } from '../../event/event.ts'
import type { JsonObject } from '../../event/json.ts'
import type { Random } from './random.ts'
import type { Stamp } from './stamp.ts'

type NamedEvent = [name: string, kwargs: JsonObject]

/** The events of one InvenTree object, from first to last. */
type Story = Generator<NamedEvent, void, void>

const OPEN_STORIES = 40

/** Generates plugin events of objects that are bought, built, stored and sold, interleaved. */
export function createPluginEvents(random: Random, mint: () => Stamp) {
  let lastPk = 0
  const begin = () => random.pick([stockItem, purchaseOrder, salesOrder, build])(++lastPk, random)
  const open = Array.from({ length: OPEN_STORIES }, begin)

  function next(): PluginEvent {
    const index = random.below(open.length)
    const { value } = open[index]!.next()
    if (value === undefined) {
      open[index] = begin()
      return next()
    }
    const { id, time } = mint()
    const [name, kwargs] = value
    return { id, name, time, args: [], kwargs }
  }
  return { next }
}

function* stockItem(id: number, random: Random): Story {
  yield ['stock_stockitem.created', { model: 'StockItem', id }]
  let place = 1 + random.below(9)
  for (let steps = 5 + random.below(20); steps > 0; steps--) {
    const quantity = 1 + random.below(100)
    const nextPlace = 1 + random.below(9)
    const moved = { id, old_location: place, new_location: nextPlace, quantity }
    yield random.pick<NamedEvent>([
      ['stockitem.counted', { id, quantity }],
      ['stockitem.quantityupdated', { id, quantity }],
      ['stockitem.moved', moved],
    ])
    place = nextPlace
  }
  yield ['stockitem.assignedtocustomer', { id, customer: random.pick([null, 7, 12]) }]
  yield ['stock_stockitem.deleted', { model: 'StockItem', id }]
}

function* purchaseOrder(id: number, random: Random): Story {
  yield ['order_purchaseorder.created', { model: 'PurchaseOrder', id }]
  yield ['purchaseorder.placed', { id }]
  for (let deliveries = 1 + random.below(4); deliveries > 0; deliveries--) {
    yield ['purchaseorderitem.received', { order_id: id, item_ids: [id * 10 + deliveries] }]
  }
  yield ['purchaseorder.completed', { id }]
}

function* salesOrder(id: number, random: Random): Story {
  yield ['salesorder.issued', { id }]
  if (random.below(4) === 0) return yield ['salesorder.cancelled', { id }]
  yield ['salesordershipment.completed', { id }]
  yield ['salesorder.completed', { id }]
}

function* build(id: number, random: Random): Story {
  yield ['build.issued', { id }]
  if (random.below(4) === 0) yield ['build.overdue_build_order', { build_order: id }]
  yield ['buildoutput.completed', { id: id * 10, build_id: id }]
  yield ['build.completed', { id }]
}
