import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventBuilder, runPlugin } from 'inventory-events/testing'
import lowStock from './low-stock.ts'

const build = eventBuilder()
const moved = (quantity: number) => build('inventory.moved', { entity: { quantity } })

test('warns once when an entity runs low, also after it was filled up', async () => {
  const warnings: unknown[] = []
  const log = {
    debug() {},
    info() {},
    error() {},
    warn: (fields: unknown) => warnings.push(fields),
  }
  const events = [moved(100), moved(3), moved(2), moved(50), moved(1)]
  const { state } = await runPlugin(lowStock, events, { log, duplicates: true })
  assert.deepEqual(
    warnings.map((fields) => (fields as { quantity: number }).quantity),
    [3, 1],
  )
  assert.deepEqual(state, { ent_1: { isLow: true } })
})

test('remembers what was low before', async () => {
  const { state } = await runPlugin(lowStock, [moved(50)], { state: { ent_1: { isLow: true } } })
  assert.deepEqual(state, { ent_1: { isLow: false } })
})
