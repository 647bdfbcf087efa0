import type { Entity, EntityChanges, InventoryEvent, Node } from '../../event/event.ts'
import { BUNDLES, DECONSTRUCTION, MERGING, PLACES, PRODUCTION, RECEIVING } from './locations.ts'
import { ACTIONS, type Action, type Lot } from './lot-states.ts'
import { type Random, weighted } from './random.ts'
import type { Stamp } from './stamp.ts'

/** Every tenth entity is a blend that others are merged into. */
const BLEND_EVERY = 10
const MERGE_MAX = 3

/** Simulates the life of `count` entities: each call of `next` returns the next event of one of them. */
export function createInventoryEvents(count: number, random: Random, mint: () => Stamp) {
  const lots = Array.from({ length: count }, (_, index) => newLot(index, random))
  const staged = () => lots.filter(({ state }) => state === 'staged')

  function next(): InventoryEvent {
    const lot = lotWithSomethingToDo()
    return EVENTS[weighted(random, ACTIONS[lot.state])](lot)
  }

  /** Searches from a random lot onwards. There is always one, since merges can be reverted. */
  function lotWithSomethingToDo(): Lot {
    const start = random.below(count)
    return [...lots.slice(start), ...lots.slice(0, start)].find(canAct)!
  }

  function canAct({ state }: Lot): boolean {
    if (state === 'merged') return false
    if (state === 'empty') return staged().length >= 2
    return state !== 'gone' || staged().length >= 1
  }

  /** The common fields of an entity's events. */
  function base<K extends InventoryEvent['kind']>(kind: K, lot: Lot) {
    const { id, time } = mint()
    return { id, kind, time, transactionId: `txn_${id.slice(0, 8)}`, flowId: lot.flowId }
  }

  function arrive(lot: Lot, node: Node): { entity: Entity; node: Node } {
    Object.assign(lot, { state: 'staged', node, quantity: 1 + random.below(500), attributes: {} })
    return { entity: entityOf(lot), node }
  }

  function relocate(lot: Lot, places: readonly Node[]): { entity: Entity; from: Node; to: Node } {
    const from = lot.node
    lot.node = random.pick(places.filter(({ id }) => id !== from.id))
    return { entity: entityOf(lot), from, to: lot.node }
  }

  function changeTemperature(lot: Lot): EntityChanges {
    const key = 'temperature'
    const old = lot.attributes[key]
    if (old !== undefined && random.below(5) === 0) {
      const { [key]: _removed, ...others } = lot.attributes
      lot.attributes = others
      return changes({ removed: [key] })
    }
    const value = `${random.below(20)}C`
    lot.attributes = { ...lot.attributes, [key]: value }
    return changes(old === undefined ? { add: [{ key, value }] } : { updated: [{ key, value }] })
  }

  function pickSources(): Lot[] {
    const left = staged()
    const wanted = Math.min(left.length, 2 + random.below(MERGE_MAX - 1))
    return Array.from({ length: wanted }, () => left.splice(random.below(left.length), 1)[0]!)
  }

  const EVENTS: Record<Action, (lot: Lot) => InventoryEvent> = {
    receive: (lot) => ({ ...base('inventory.received', lot), ...arrive(lot, RECEIVING) }),
    produce: (lot) => ({ ...base('inventory.produced', lot), ...arrive(lot, PRODUCTION) }),
    modify: (lot) => ({
      ...base('inventory.modified', lot),
      entityId: lot.id,
      changes: changeTemperature(lot),
    }),
    move(lot) {
      if (lot.state === 'bundled') lot.state = 'staged'
      return { ...base('inventory.moved', lot), ...relocate(lot, PLACES) }
    },
    bundle(lot) {
      lot.state = 'bundled'
      return { ...base('inventory.bundled', lot), ...relocate(lot, BUNDLES) }
    },
    waste(lot) {
      lot.state = 'gone'
      const reason = random.pick(['Expired', 'Damaged', undefined])
      const optional = reason === undefined ? {} : { reason }
      return { ...base('inventory.wasted', lot), entityId: lot.id, ...optional }
    },
    destroy(lot) {
      lot.state = 'gone'
      return { ...base('inventory.destroyed', lot), entityId: lot.id }
    },
    restore(lot) {
      const source = random.pick(staged())
      Object.assign(lot, { state: 'staged', node: DECONSTRUCTION })
      return {
        ...base('inventory.restored', lot),
        restoredEntityId: lot.id,
        sourceEntityId: source.id,
        sourceEntityName: source.name,
        node: DECONSTRUCTION,
      }
    },
    merge(blend) {
      const sources = pickSources()
      for (const source of sources) source.state = 'merged'
      const quantity = sources.reduce((sum, source) => sum + source.quantity, 0)
      Object.assign(blend, { state: 'filled', node: MERGING, quantity, sources, attributes: {} })
      return {
        ...base('inventory.merged', blend),
        mergedEntity: entityOf(blend),
        sourceEntityIds: sources.map(({ id }) => id),
        sourceEntityNames: sources.map(({ name }) => name),
        node: MERGING,
      }
    },
    revert(blend) {
      const { sources } = blend
      for (const source of sources) Object.assign(source, { state: 'staged', node: MERGING })
      Object.assign(blend, { state: 'empty', sources: [] })
      return {
        ...base('inventory.merge.reverted', blend),
        revertedEntityId: blend.id,
        restoredEntityIds: sources.map(({ id }) => id),
        restoredEntityNames: sources.map(({ name }) => name),
        node: MERGING,
      }
    },
  }
  return { next }
}

function newLot(index: number, random: Random): Lot {
  const number = String(index + 1).padStart(4, '0')
  const isBlend = index % BLEND_EVERY === BLEND_EVERY - 1
  return {
    id: `ent_${number}`,
    name: `${isBlend ? 'MERGED' : 'BATCH'}-${number}`,
    productId: `prod_${1 + random.below(40)}`,
    flowId: `flow_${1 + random.below(8)}`,
    quantity: 0,
    attributes: {},
    state: isBlend ? 'empty' : 'absent',
    node: RECEIVING,
    sources: [],
  }
}

function entityOf({ id, name, productId, quantity, attributes }: Lot): Entity {
  return { id, name, productId, quantity, attributes: { ...attributes } }
}

function changes(attributes: Partial<EntityChanges['attributes']>): EntityChanges {
  return {
    attributes: { add: [], updated: [], removed: [], ...attributes },
    correlations: { add: [], updated: [], removed: [] },
    spawns: { add: [] },
  }
}
