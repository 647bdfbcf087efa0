import { definePlugin, type InventoryMovedEvent } from 'inventory-events'
import { expect, it } from 'vitest'
import { expect as expectOf } from '../../../../src/dev/demo/expectation.ts'
import type { Publication } from '../../../../src/dev/workload/stream.ts'
import { withDefaults } from '../../../../src/plugin/loaded-plugin.ts'

const defaults = {
  retry: { maxAttempts: 3, initialDelayMs: 1, maxDelayMs: 1 },
  timeoutMs: 1_000,
  concurrency: 1,
  maxStateBytes: 65_536,
}

const recovers = definePlugin({
  slug: 'recovers',
  processEvent(event, { attempt }) {
    if (event.id === 'a' && attempt === 1) throw new Error('not yet')
  },
})
const refuses = definePlugin({
  slug: 'refuses',
  wantsProcessEvent: (name) => name === 'inventory.moved',
  processEvent(event) {
    if (event.id === 'a') throw new Error('never')
  },
})
const plugins = [recovers, refuses].map((plugin) => withDefaults(plugin, 'test', defaults))

const node = { id: 'n', name: 'N', type: 'stage' as const }
const base = { time: '2026-01-01T00:00:00Z', transactionId: 't', flowId: 'f' }
const moved = (id: string): InventoryMovedEvent => ({
  ...base,
  id,
  kind: 'inventory.moved',
  entity: { id: 'ent_1', name: 'E', productId: 'p' },
  from: node,
  to: node,
})
const wasted = { ...base, id: 'c', kind: 'inventory.wasted' as const, entityId: 'ent_1' }
const stream: Publication[] = [
  { type: 'first', event: moved('a') },
  { type: 'first', event: moved('b') },
  { type: 'first', event: wasted },
  { type: 'again', event: moved('a') },
  { type: 'conflict', event: { ...moved('b'), transactionId: 'other' } },
]
const odd = [
  { key: 'odd-unreadable', value: Buffer.from('x'), name: undefined },
  { key: 'odd-truncated', value: Buffer.from('y'), name: 'inventory.moved' },
]

it('computes what each plugin will do', async () => {
  const { counts, effects, letters } = await expectOf(plugins, stream, odd)
  expect(counts).toEqual(
    new Map([
      ['recovers', { wanted: 6, processed: 3, duplicate: 1, retried: 1, deadLettered: 2 }],
      ['refuses', { wanted: 5, processed: 1, duplicate: 1, retried: 2, deadLettered: 3 }],
      ['*', { wanted: 0, processed: 0, duplicate: 0, retried: 0, deadLettered: 1 }],
    ]),
  )
  expect([...effects.get('recovers')!]).toEqual([
    ['a', { key: 'ent_1', place: 0 }],
    ['b', { key: 'ent_1', place: 1 }],
    ['c', { key: 'ent_1', place: 2 }],
  ])
  expect([...effects.get('refuses')!.keys()]).toEqual(['b'])
  expect(letters.toSorted()).toEqual([
    '* undecodable odd-unreadable',
    'recovers conflict b',
    'recovers undecodable odd-truncated',
    'refuses conflict b',
    'refuses exhausted a',
    'refuses undecodable odd-truncated',
  ])
})
