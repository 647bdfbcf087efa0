import { expect, it } from 'vitest'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { applyFilters } from '../../../src/plugin/configured-filters.ts'
import { withDefaults } from '../../../src/plugin/loaded-plugin.ts'
import type { Plugin } from '../../../src/plugin/plugin.ts'

const retry = { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 }

function plugin(part: Partial<Plugin>) {
  const whole = { slug: 'cold-chain', processEvent() {}, ...part }
  return withDefaults(whole, 'test', {
    retry,
    timeoutMs: 1_000,
    concurrency: 1,
    maxStateBytes: 65_536,
  })
}

const isMoved = (name: string) => name === 'inventory.moved'
const stage = { exact: { 'data.to.type': 'stage' as const } }
const whole = { kinds: INVENTORY_KINDS, areAll: true }

it("adds the filter to the plugin's own, and leaves other plugins unchanged", () => {
  const plugins = [plugin({ where: { exists: { 'data.to': true } } }), plugin({ slug: 'other' })]
  const [first, second] = applyFilters(plugins, { 'cold-chain': stage }, whole)
  expect(first?.where).toMatchObject({
    type: 'all',
    filters: [{ operator: 'exists' }, { operator: 'exact', operand: 'stage' }],
  })
  expect(second).toBe(plugins[1])
})

it('is the only filter of a plugin without one', () => {
  const [only] = applyFilters([plugin({})], { 'cold-chain': [stage, stage] }, whole)
  expect(only?.where).toMatchObject({ type: 'all', filters: [{ type: 'test' }, { type: 'test' }] })
})

it('reports every problem: invalid filters, unknown paths, unknown plugins', () => {
  const plugins = [plugin({ wantsProcessEvent: isMoved }), plugin({ slug: 'other' })]
  const filters = {
    'cold-chain': { exact: { 'data.to.nam': 'x' } },
    other: 5,
    'cold-chian': stage,
  }
  expect(() => applyFilters(plugins, filters, whole)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message:
        'PLUGIN_FILTERS: cold-chian: no such plugin, did you mean cold-chain?; ' +
        'cold-chain: data.to.nam: no field of inventory_events.InventoryMoved, did you mean data.to.name?; ' +
        'other: expected one of exact, in, prefix, suffix, gt, gte, lt, lte, exists, all, any, not, got 5',
    }),
  )
})

it('rejects filters for unknown plugins only if the list of plugins is complete', () => {
  expect(
    applyFilters([plugin({})], { other: stage }, { kinds: INVENTORY_KINDS, areAll: false }),
  ).toHaveLength(1)
  expect(() => applyFilters([], { other: stage }, whole)).toThrow(/other: no such plugin$/)
})

it('does not treat an inherited object key as a filter', () => {
  const [only] = applyFilters([plugin({ slug: 'constructor' })], {}, whole)
  expect(only?.where).toBeUndefined()
})
