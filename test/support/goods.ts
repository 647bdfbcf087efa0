import { randomUUID } from 'node:crypto'
import type { InventoryEvent, JsonObject } from '../../src/index.ts'
import { pluginEvent } from './events.ts'
import { pluginPath, serve } from './serve.ts'
import { situation } from './service-kit.ts'

export const HOSTILE = `<img src=x onerror="document.title=1"> \u202etxt.exe ${'long'.repeat(60)}`
export const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
/** The events of one entity that has many, and those of the others. */
export const MANY = 5_000
export const LIFE = 14
/** Older ones, more than a page looks at for links between entities. */
const NOISE = 16_000

type Fields<Kind> = Omit<
  Extract<InventoryEvent, { kind: Kind }>,
  'id' | 'kind' | 'time' | 'transactionId' | 'flowId'
>

const [FIRST_MS, STEP_MS] = [Date.parse('2026-03-02T08:00:00Z'), 11 * 60_000]

/** Makes the events of goods, each some minutes after the one before. */
function goodsEvents() {
  let atMs = FIRST_MS
  return <Kind extends InventoryEvent['kind']>(
    kind: Kind,
    fields: Fields<Kind>,
  ): InventoryEvent => {
    atMs += STEP_MS
    const base = { id: randomUUID(), kind, time: new Date(atMs).toISOString() }
    return { ...base, transactionId: 't', flowId: 'f', ...fields } as unknown as InventoryEvent
  }
}

function goods(
  id: string,
  more: { name?: string; quantity?: number; attributes?: JsonObject } = {},
) {
  return { id, name: id.toUpperCase(), productId: 'tomatoes', ...more }
}

function stage(name: string) {
  return { id: `node-${name}`, name, type: 'stage' } as const
}

/** A group with a life of goods: merges, one of them reverted, a restore, a failure, and much of one entity. */
export async function lifeOfGoods() {
  const s = await situation({
    ...{ plugins: [], partitions: 4, registered: true, store: 'kafka:', hasStates: true },
    settings: { CONSOLE_READER_FIELDS: 'entity.name,to', PLUGINS: pluginPath('plugins/goods') },
  })
  const make = goodsEvents()
  const [dock, cold, mixer, shelf] = ['Dock 1', 'Cold store', 'Mixer', 'Shelf 7'].map(stage)
  const merge = (id: string, sources: string[], quantity: number) =>
    make('inventory.merged', {
      ...{ mergedEntity: goods(id, { quantity }), node: mixer! },
      ...{ sourceEntityIds: sources, sourceEntityNames: sources.map((each) => each.toUpperCase()) },
    })
  const changes = {
    attributes: { add: [{ key: 'grade', value: 'extra fine' }], updated: [], removed: [] },
    correlations: { add: ['order-17'], updated: [], removed: [] },
    spawns: { add: [] },
  }
  const wasted = make('inventory.wasted', { entityId: 'batch-3', reason: 'fail' })
  const life: InventoryEvent[] = [
    make('inventory.received', { entity: goods('batch-1', { quantity: 40 }), node: dock! }),
    make('inventory.received', { entity: goods('batch-2', { quantity: 60 }), node: dock! }),
    make('inventory.moved', { entity: goods('batch-1'), from: dock!, to: cold! }),
    make('inventory.modified', { entityId: 'batch-1', changes }),
    merge('mix-1', ['batch-1', 'batch-2'], 100),
    make('inventory.moved', { entity: goods('mix-1'), from: mixer!, to: shelf! }),
    make('inventory.merge.reverted', {
      ...{ revertedEntityId: 'mix-1', restoredEntityIds: ['batch-1', 'batch-2'], node: mixer! },
      restoredEntityNames: ['BATCH-1', 'BATCH-2'],
    }),
    make('inventory.received', { entity: goods('batch-3', { quantity: 7 }), node: dock! }),
    merge('mix-2', ['batch-1', 'batch-2', 'batch-3'], 107),
    merge('sauce-1', ['mix-2', HOSTILE], 300),
    make('inventory.restored', {
      ...{ restoredEntityId: 'jar-1', sourceEntityId: 'sauce-1', sourceEntityName: 'SAUCE-1' },
      node: stage('Filling'),
    }),
    make('inventory.bundled', {
      ...{ entity: goods('sauce-1', { quantity: 299 }), from: mixer! },
      to: { id: 'pallet-9', name: 'PALLET-9', type: 'bundle' },
    }),
    make('inventory.moved', {
      entity: goods(HOSTILE, { name: HOSTILE, attributes: { [HOSTILE]: HOSTILE } }),
      ...{ from: stage(HOSTILE), to: stage(HOSTILE) },
    }),
    wasted,
  ]
  const noise = Array.from({ length: NOISE }, () => pluginEvent('stockitem.edited'))
  const moves = Array.from({ length: MANY }, (_, n) =>
    make('inventory.moved', {
      ...{ entity: goods('pallet-8', { quantity: n }), from: stage(`Bay ${n}`) },
      to: stage(`Bay ${n + 1}`),
    }),
  )
  const older = [...noise, ...moves]
  // As many as Kafka takes at once.
  for (let from = 0; from < older.length; from += 1_000) {
    await s.produce(older.slice(from, from + 1_000).map((event) => s.record(event)))
  }
  // One after the other, so that their timestamps are in this order.
  for (const event of life) {
    const record = s.record(event)
    await s.produce([{ ...record, headers: { ...record.headers, traceparent: TRACE } }])
  }
  const replica = serve(s.settings)
  await replica.logged('started')
  await s.caughtUp()
  return { s, wasted }
}
