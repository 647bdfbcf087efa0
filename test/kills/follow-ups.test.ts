import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Event } from '../../src/event/event.ts'
import { stateTopicOf } from '../../src/topics/names.ts'
import { moved } from '../support/events.ts'
import { untilCommitted } from '../support/group.ts'
import { twoReplicas } from '../support/hurt-replicas.ts'
import { createInput } from '../support/second-input.ts'
import { serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { readStates } from '../support/states.ts'

const PARTITIONS = 3
const ENTITIES = 24
const PRODUCTS = 5
const ROUNDS = 6
const EVENTS_EACH = 15
const TIMEOUT_MS = 400_000

/** As the example plugin publishes. */
const CHANGES = 'stock.changes'

function examplePath(name: string): string {
  return fileURLToPath(new URL(`../../examples/plugins/${name}.ts`, import.meta.url))
}

const quantityAt = (entity: number, step: number) => 1 + ((entity * 7 + step * 13) % 40)

it(
  'counts the stock of each product once, in two plugins, while replicas are killed and frozen',
  async () => {
    const plugins = [examplePath('stock-changes'), examplePath('low-products')]
    const s = await situation({
      plugins: [],
      partitions: PARTITIONS,
      store: 'kafka:',
      hasStates: true,
      registered: true,
      settings: { PLUGINS: plugins.join(','), SESSION_TIMEOUT_MS: '6000' },
    })
    await createInput(CHANGES, s.groupId, PARTITIONS)
    const settings = { ...s.settings, KAFKA_TOPICS: `${s.topic},${CHANGES}` }
    const start = () => serve(settings)
    const replicas = await twoReplicas(start, s.members)
    let step = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const events: Event[] = []
      for (let n = 0; n < EVENTS_EACH; n += 1, step += 1) {
        for (let entity = 0; entity < ENTITIES; entity += 1) {
          const productId = `product-${entity % PRODUCTS}`
          const event = moved(`entity-${entity}`, step)
          const quantity = quantityAt(entity, step)
          events.push({ ...event, entity: { ...event.entity, productId, quantity } })
        }
      }
      // A producer's retry publishes some of them twice.
      await s.publish([...events, ...events.slice(-ENTITIES)])
      await replicas.hurtOne(round)
    }
    await s.caughtUp(TIMEOUT_MS)
    await untilCommitted(s.groupId, CHANGES, TIMEOUT_MS)
    const states = await readStates(stateTopicOf(CHANGES, s.groupId), PARTITIONS, 'low-products')
    const found = [...states].map(([product, { value }]) => [
      product,
      (value as { quantity: number }).quantity,
    ])
    const expected = new Map<string, number>()
    for (let entity = 0; entity < ENTITIES; entity += 1) {
      const product = `product-${entity % PRODUCTS}`
      expected.set(product, (expected.get(product) ?? 0) + quantityAt(entity, step - 1))
    }
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  },
  TIMEOUT_MS,
)
