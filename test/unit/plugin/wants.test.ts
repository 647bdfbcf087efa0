import { describe, expect, it } from 'vitest'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { knownNames } from '../../../src/event/meant-name.ts'
import { wantsProblems } from '../../../src/plugin/wants.ts'

describe('problems', () => {
  it.each<[string, unknown[], string[]]>([
    [
      'an empty list',
      [],
      ['wants: expected at least one name (without wants, a plugin gets every event)'],
    ],
    [
      'what is no text',
      ['inventory.moved', 5, ''],
      [
        "wants[1]: expected a name such as 'inventory.moved' or 'stockitem.*', got 5",
        "wants[2]: expected a name such as 'inventory.moved' or 'stockitem.*', got ''",
      ],
    ],
    ['every event', ['*'], ["wants[0]: '*' is every event, which a plugin gets without wants"]],
    [
      'a * before the end',
      ['*.moved', 'inventory.*.reverted', 'stockitem.**'],
      [
        "wants[0]: expected * only at the end, got '*.moved'",
        "wants[1]: expected * only at the end, got 'inventory.*.reverted'",
        "wants[2]: expected * only at the end, got 'stockitem.**'",
      ],
    ],
    [
      'what another entry has',
      ['inventory.moved', 'stockitem.split', 'inventory.moved', 'stockitem.*', 'stockitem.s*'],
      [
        "wants[1]: 'stockitem.split' is in 'stockitem.*' already",
        "wants[2]: 'inventory.moved' is there already",
        "wants[4]: 'stockitem.s*' is in 'stockitem.*' already",
      ],
    ],
  ])('name %s', (_what, wants, expected) => {
    expect(wantsProblems(INVENTORY_KINDS, wants)).toEqual(expected)
  })

  it.each([
    ['inventory.movd', 'inventory.moved'],
    ['Inventory.Moved', 'inventory.moved'],
    ['stockitem.quantityupdatd', 'stockitem.quantityupdated'],
    ['stock_stockitem.save', 'stock_stockitem.saved'],
    ['inventry.*', 'inventory.*'],
    ['STOCKITEM.*', 'stockitem.*'],
    ['inventory.movd*', 'inventory.moved*'],
  ])('say that %s most likely means %s', (wanted, meant) => {
    expect(wantsProblems(INVENTORY_KINDS, [wanted])).toEqual([
      `wants[0]: '${wanted}' is unknown, did you mean '${meant}'? Only a wantsProcessEvent can want it as it is`,
    ])
  })

  it('are none for known names and what is far from them', () => {
    const others = ['mine.happened', 'his.*', 'inventory.counted', 'stock_stockitem.*', 'x*']
    expect(wantsProblems(INVENTORY_KINDS, [...knownNames(INVENTORY_KINDS), ...others])).toEqual([])
  })
})
