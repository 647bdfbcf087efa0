import fc from 'fast-check'
import { inventoryEvent, pluginEvent, text, unknownEvent } from '../../support/arbitraries.ts'
import { TAGS } from '../plugins/tags.ts'
import type { EventJson } from './step.ts'

const json = <T>(arbitrary: fc.Arbitrary<T>) => arbitrary as unknown as fc.Arbitrary<EventJson>

/** Ends with what the plugin `flaky` is to do with the event: failing is rare, or its breaker opens. */
const taggedId = fc
  .tuple(
    text,
    fc.oneof(
      { weight: 5, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: fc.constantFrom(...TAGS) },
    ),
  )
  .map(([id, tag]) => `${id}${tag}`)

/** A small event of a kind that two plugins want. */
export const wasted: fc.Arbitrary<EventJson> = json(
  fc.record({
    id: taggedId,
    kind: fc.constant('inventory.wasted'),
    time: fc.constant('2024-01-15T10:30:00Z'),
    transactionId: text,
    flowId: text,
    entityId: text.map((id) => id || 'entity'),
  }),
)

/** Moves of few entities, some of them wanted by the plugin `moves`. */
const moved: fc.Arbitrary<EventJson> = json(
  fc.record({
    id: text,
    kind: fc.constant('inventory.moved'),
    time: fc.constant('2024-01-15T10:30:00Z'),
    transactionId: text,
    flowId: text,
    entity: fc.record({
      id: fc.constantFrom('lot-1', 'lot-2', 'lot-ä'),
      name: text,
      productId: text,
      quantity: fc.constantFrom(0, 9.5, 10, 1e9),
    }),
    from: fc.constant({ id: 'a', name: 'A', type: 'stage' }),
    to: fc.constant({ id: 'b', name: 'B', type: 'container' }),
  }),
)

export const inventory: fc.Arbitrary<EventJson> = fc.oneof(
  wasted,
  moved,
  json(inventoryEvent),
  json(unknownEvent),
)

export const ofPlugin: fc.Arbitrary<EventJson> = json(pluginEvent)
