import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createInventoryEvents } from '../../../../src/dev/workload/inventory-events.ts'
import { seededRandom } from '../../../../src/dev/workload/random.ts'
import { createStamp } from '../../../../src/dev/workload/stamp.ts'
import { entityKey } from '../../../../src/event/entity-key.ts'
import type { InventoryEvent, Node } from '../../../../src/event/event.ts'
import { INVENTORY_KINDS } from '../../../../src/event/kinds.ts'

function lives(entities: number, events: number, seed: number): InventoryEvent[] {
  const random = seededRandom(seed)
  const goods = createInventoryEvents(entities, random, createStamp(random))
  return Array.from({ length: events }, () => goods.next())
}

type Stage = 'here' | 'bundled' | 'inside' | 'gone'

/** Replays events and throws at the first that is impossible after the previous ones. */
class Accountant {
  #stage = new Map<string, Stage>()
  #place = new Map<string, Node>()
  #sources = new Map<string, readonly string[]>()

  read(event: InventoryEvent): void {
    const id = entityKey(INVENTORY_KINDS, event)
    const before = this.#stage.get(id)
    switch (event.kind) {
      case 'inventory.received':
      case 'inventory.produced':
        this.#enter(id, event.node, before === undefined)
        return
      case 'inventory.modified':
        this.#require(event, before === 'here' || before === 'bundled')
        return
      case 'inventory.moved':
      case 'inventory.bundled': {
        const mayMove =
          before === 'here' || (event.kind === 'inventory.moved' && before === 'bundled')
        this.#require(event, mayMove && event.from.id === this.#place.get(id)?.id)
        this.#require(event, event.from.id !== event.to.id)
        this.#require(event, (event.to.type === 'bundle') === (event.kind === 'inventory.bundled'))
        this.#place.set(id, event.to)
        this.#stage.set(id, event.kind === 'inventory.bundled' ? 'bundled' : 'here')
        return
      }
      case 'inventory.wasted':
      case 'inventory.destroyed':
        this.#require(event, before === 'here')
        this.#stage.set(id, 'gone')
        return
      case 'inventory.restored':
        this.#require(event, this.#stage.get(event.sourceEntityId) === 'here')
        this.#enter(id, event.node, before === 'gone')
        return
      case 'inventory.merged':
        this.#require(event, event.sourceEntityIds.length >= 2)
        for (const source of event.sourceEntityIds) {
          this.#require(event, this.#stage.get(source) === 'here')
          this.#stage.set(source, 'inside')
        }
        this.#sources.set(id, event.sourceEntityIds)
        this.#enter(id, event.node, before === undefined)
        return
      case 'inventory.merge.reverted':
        this.#require(event, before === 'here' && this.#sources.has(id))
        expect(event.restoredEntityIds).toEqual(this.#sources.get(id))
        for (const source of event.restoredEntityIds) {
          this.#enter(source, event.node, this.#stage.get(source) === 'inside')
        }
        this.#sources.delete(id)
        this.#stage.delete(id)
        return
    }
  }

  #enter(id: string, node: Node, allowed: boolean): void {
    expect(allowed, `${id} enters ${node.name} as ${this.#stage.get(id)}`).toBe(true)
    this.#stage.set(id, 'here')
    this.#place.set(id, node)
  }

  #require(event: InventoryEvent, allowed: boolean): void {
    expect(allowed, JSON.stringify(event)).toBe(true)
  }
}

it('generates possible histories for any seed', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 10, max: 60 }), (seed, entities) => {
      const accountant = new Accountant()
      for (const event of lives(entities, 600, seed)) accountant.read(event)
    }),
    { numRuns: 30 },
  )
})

it('generates every kind', () => {
  const kinds = new Set(lives(50, 3_000, 1).map(({ kind }) => kind))
  expect(kinds.size).toBe(10)
})

it('has the requested number of entities', () => {
  expect(new Set(lives(50, 3_000, 1).map((event) => entityKey(INVENTORY_KINDS, event))).size).toBe(
    50,
  )
})

it('reports changes relative to the previous state', () => {
  const temperature = new Map<string, boolean>()
  for (const event of lives(20, 3_000, 3)) {
    const id = entityKey(INVENTORY_KINDS, event)
    if (event.kind === 'inventory.received' || event.kind === 'inventory.merged') {
      temperature.set(id, false)
    }
    if (event.kind !== 'inventory.modified') continue
    const { add, updated, removed } = event.changes.attributes
    expect(add.length + updated.length + removed.length).toBe(1)
    expect(temperature.get(id) ?? false).toBe(add.length === 0)
    temperature.set(id, removed.length === 0)
  }
})
