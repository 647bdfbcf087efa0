import {
  BUNDLES,
  MERGING,
  PLACES,
  PRODUCTION,
  RECEIVING,
} from '../../src/dev/workload/locations.ts'
import { type Random, seededRandom, weighted } from '../../src/dev/workload/random.ts'
import { createStamp } from '../../src/dev/workload/stamp.ts'
import type {
  Entity,
  EntityChanges,
  InventoryEvent,
  InventoryKind,
  PluginEvent,
} from '../../src/event/event.ts'
import type { Mix } from './mix.ts'

export interface StreamOptions {
  seed: number
  entities: number
  products: number
  mix: Mix
}

type Make = (base: Base, random: Random) => InventoryEvent
interface Base {
  common: { id: string; time: string; transactionId: string; flowId: string }
  entity: () => Entity
}

/** Generates events of the ten kinds, deterministic for the same options. */
export function createStream(options: StreamOptions): () => InventoryEvent {
  const random = seededRandom(options.seed)
  const mint = createStamp(random)
  const entity = () => entityOf(random.below(options.entities), random, options)
  return () => {
    const { id, time } = mint()
    const common = {
      id,
      time,
      transactionId: `txn_${id.slice(0, 13)}`,
      flowId: `flow_${1 + random.below(40)}`,
    }
    return MAKE[weighted(random, options.mix)]({ common, entity }, random)
  }
}

/** Names that no generated event has; they mark the start and end of a partition. */
export const BEGIN = 'bench.begin'
export const END = 'bench.end'

export function marker(name: typeof BEGIN | typeof END, partition: number): PluginEvent {
  const id = `${name}-${partition}`
  return { id, name, time: '2026-01-05T06:00:00Z', args: [], kwargs: { id: partition } }
}

function entityOf(index: number, random: Random, { products }: StreamOptions): Entity {
  const number = String(index).padStart(6, '0')
  return {
    id: `ent_${number}`,
    name: `BATCH-2026-${number}`,
    productId: `prod_${index % products}`,
    quantity: 1 + random.below(500),
    attributes: {
      lot: `L-2026-${number}`,
      maxCelsius: random.below(30) - 20,
      supplier: `supplier_${index % 97}`,
      organic: index % 3 === 0,
      certificate: `cert-${number}-${random.below(1_000_000)}`,
      origin: random.pick(['Lelystad', 'Zaragoza', 'Szeged', 'Aarhus']),
      expires: `2026-${10 + (index % 3)}-${10 + (index % 18)}`,
      storage: random.pick(['ambient', 'chilled', 'frozen']),
    },
  }
}

function changes(random: Random): EntityChanges {
  const temperature = { key: 'temperature', value: `${random.below(20)}C` }
  const checked = { key: 'checkedBy', value: `employee_${random.below(300)}` }
  const note = {
    key: 'note',
    value: `seal ${random.below(1_000_000)} checked at the dock, no damage`,
  }
  const orders = [`order_${random.below(1_000_000)}`, `order_${random.below(1_000_000)}`]
  return {
    attributes: { add: [temperature, note], updated: [checked], removed: ['provisional'] },
    correlations: { add: orders, updated: [], removed: [] },
    spawns: { add: [] },
  }
}

const ids = (...entities: Entity[]) => entities.map(({ id }) => id)
const names = (...entities: Entity[]) => entities.map(({ name }) => name)

const MAKE: Record<InventoryKind, Make> = {
  'inventory.received': ({ common, entity }) => {
    return { ...common, kind: 'inventory.received', entity: entity(), node: RECEIVING }
  },
  'inventory.produced': ({ common, entity }) => {
    return { ...common, kind: 'inventory.produced', entity: entity(), node: PRODUCTION }
  },
  'inventory.modified': ({ common, entity }, random) => {
    const { id: entityId } = entity()
    return { ...common, kind: 'inventory.modified', entityId, changes: changes(random) }
  },
  'inventory.moved': ({ common, entity }, random) => {
    const way = { from: random.pick(PLACES), to: random.pick(PLACES) }
    return { ...common, kind: 'inventory.moved', entity: entity(), ...way }
  },
  'inventory.bundled': ({ common, entity }, random) => {
    const way = { from: random.pick(PLACES), to: random.pick(BUNDLES) }
    return { ...common, kind: 'inventory.bundled', entity: entity(), ...way }
  },
  'inventory.destroyed': ({ common, entity }) => {
    return { ...common, kind: 'inventory.destroyed', entityId: entity().id }
  },
  'inventory.wasted': ({ common, entity }, random) => {
    const reason = random.pick(['Expired', 'Damaged', 'Contaminated'])
    return { ...common, kind: 'inventory.wasted', entityId: entity().id, reason }
  },
  'inventory.merged': ({ common, entity }) => {
    const [mergedEntity, one, two] = [entity(), entity(), entity()]
    const sources = { sourceEntityIds: ids(one, two), sourceEntityNames: names(one, two) }
    return { ...common, kind: 'inventory.merged', mergedEntity, ...sources, node: MERGING }
  },
  'inventory.merge.reverted': ({ common, entity }) => {
    const [blend, one, two] = [entity(), entity(), entity()]
    const restored = { restoredEntityIds: ids(one, two), restoredEntityNames: names(one, two) }
    const kind = 'inventory.merge.reverted'
    return { ...common, kind, revertedEntityId: blend.id, ...restored, node: MERGING }
  },
  'inventory.restored': ({ common, entity }) => {
    const [{ id: restoredEntityId }, source] = [entity(), entity()]
    const ofSource = { sourceEntityId: source.id, sourceEntityName: source.name, node: MERGING }
    return { ...common, kind: 'inventory.restored', restoredEntityId, ...ofSource }
  },
}
