import { describe, expect, it } from 'vitest'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { checkFilter } from '../../../src/filter/check-filter.ts'
import { knownEvents, pathsOf, ruleAt } from '../../../src/filter/contract-fields.ts'
import type { Filter } from '../../../src/filter/filter.ts'
import { readFilter } from '../../../src/filter/read-filter.ts'

const isMoved = (name: string) => name === 'inventory.moved'
const isCounted = (name: string) => name === 'stockitem.counted'

function check(where: unknown, wants?: (name: string) => boolean): string[] {
  const { filter, problems } = readFilter(where, 'where')
  expect(problems).toEqual([])
  return checkFilter(INVENTORY_KINDS, filter as Filter, wants)
}

describe('a path', () => {
  it.each<[string, unknown, ((name: string) => boolean) | undefined]>([
    ['of the event', { exact: { 'data.to.name': 'x' } }, isMoved],
    ['into a map', { exact: { 'data.entity.attributes.a.b.0': 'x' } }, isMoved],
    [
      'of any event',
      { any: [{ exact: { 'data.entityId': 'x' } }, { exists: { 'data.kwargs': true } }] },
      undefined,
    ],
    ['into a list', { exact: { 'data.sourceEntityIds.0': 'x' } }, undefined],
    ['of a plugin event', { gt: { 'data.kwargs.quantity': 5 } }, isCounted],
    [
      'of a kind that the filter names',
      [{ exact: { ce_type: 'inventory.wasted' } }, { exists: { 'data.reason': true } }],
      undefined,
    ],
    [
      'of an event whose filter has no opinion',
      { exact: { 'data.reason': 'x' } },
      () => {
        throw new Error('no')
      },
    ],
  ])('is accepted %s', (_what, where, wants) => {
    expect(check(where, wants)).toEqual([])
  })

  it.each<[string, unknown, ((name: string) => boolean) | undefined, string]>([
    [
      'that is misspelt',
      'data.entty.name',
      isMoved,
      'data.entty.name: no field of inventory_events.InventoryMoved, did you mean data.entity.name?',
    ],
    [
      'into a misspelt map',
      'data.entity.atributes.lot',
      isMoved,
      'data.entity.atributes.lot: no field of inventory_events.InventoryMoved, did you mean data.entity.attributes.lot?',
    ],
    [
      'of another kind',
      'data.entityId',
      isMoved,
      'data.entityId: no field of inventory_events.InventoryMoved, did you mean data.entity.id?',
    ],
    [
      'beyond a value',
      'data.to.name.first',
      isMoved,
      'data.to.name.first: no field of inventory_events.InventoryMoved, did you mean data.to.name?',
    ],
    [
      'of no plugin event',
      'data.kwarg.id',
      isCounted,
      'data.kwarg.id: no field of inventory_events.PluginEvent, did you mean data.kwargs.id?',
    ],
    [
      'into no place of a list',
      'data.args.first',
      isCounted,
      'data.args.first: no field of inventory_events.PluginEvent, did you mean data.kwargs.first?',
    ],
  ])('is rejected %s', (_what, path, wants, problem) => {
    expect(check({ exists: { [path as string]: true } }, wants)).toEqual([problem])
  })

  it('is rejected if none of the kinds that the filter accepts has it', () => {
    const where = (ce_type: string) => [{ exact: { ce_type } }, { exact: { 'data.to.name': 'x' } }]
    expect(check(where('inventory.moved'))).toEqual([])
    expect(check(where('inventory.wasted'))).toEqual([
      'data.to.name: no field of any of inventory_events.InventoryWasted, inventory_events.PluginEvent, did you mean data.name?',
    ])
    const without = {
      all: [{ not: { prefix: { ce_type: 'inventory.' } } }, { exact: { 'data.to.name': 'x' } }],
    }
    expect(check(without)).toHaveLength(1)
  })

  it('is reported with every schema that was searched', () => {
    const [problem] = check({ exact: { 'data.quantity': 5 } })
    expect(problem).toContain(
      'inventory_events.InventoryReceived, inventory_events.InventoryProduced',
    )
    expect(problem).toContain('inventory_events.PluginEvent')
  })
})

it.each([
  ['data.entity.quantity', 'x', 'data.entity.quantity: expected a number, got x'],
  ['data.to.name', 5, 'data.to.name: expected a string, got 5'],
  ['data.to', 'x', 'data.to: expected the operator exists, because the field is a list or a map'],
])('a value that %s never has is rejected', (field, operand, problem) => {
  expect(check({ exact: { [field]: operand } }, isMoved)).toEqual([problem])
})

it('has a rule for each of its paths', () => {
  for (const event of knownEvents(INVENTORY_KINDS)) {
    const paths = pathsOf(event)
    expect(paths.length).toBeGreaterThan(4)
    for (const path of paths) expect(ruleAt(event, path), path.join('.')).toBeDefined()
  }
})
