import fc from 'fast-check'
import { expect, it } from 'vitest'
import { INVENTORY_KINDS, kindNames } from '../../../src/event/kinds.ts'
import { createMeantName, knownNames } from '../../../src/event/meant-name.ts'

const meantName = createMeantName(INVENTORY_KINDS)

it.each([
  ['inventory.recieved', 'inventory.received'],
  ['inventory.movd', 'inventory.moved'],
  ['Inventory.Moved', 'inventory.moved'],
  ['inventory.moved ', 'inventory.moved'],
  ['inventory_moved', 'inventory.moved'],
  ['inventory.mergereverted', 'inventory.merge.reverted'],
  ['stockitem.movd', 'stockitem.moved'],
  ['stokitem.moved', 'stockitem.moved'],
  ['purchaseorderitem.recieved', 'purchaseorderitem.received'],
  ['plugin_loaded', 'plugins_loaded'],
  ['stock_stockitem.create', 'stock_stockitem.created'],
])('%j stands for %s', (name, meant) => {
  expect(meantName(name)).toBe(meant)
})

it.each([
  'order.status.changed',
  'inventory.counted',
  'inventory.relocated',
  'stockitem.saved',
  'stockitem.painted',
  'inventory.removed',
  'inventory.stored',
  'stockitem.recounted',
  'stock_stockitem.saved',
  'my_app.event',
  'salesorder.onhold',
  '',
  'x'.repeat(100_000),
])('%.30j stands for itself', (name) => {
  expect(meantName(name)).toBeUndefined()
})

it('a known name stands for itself', () => {
  for (const name of knownNames(INVENTORY_KINDS))
    expect(createMeantName(INVENTORY_KINDS)(name)).toBeUndefined()
})

it('one letter more, less, other or exchanged with the next is found, for every kind', () => {
  const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz')
  const edit = fc.constantFrom('insert', 'remove', 'replace', 'exchange' as const)
  const mistyped = fc
    .tuple(fc.constantFrom(...kindNames(INVENTORY_KINDS)), fc.nat(), edit, letter)
    .map(([kind, n, how, other]) => {
      const at = n % (kind.length - 1)
      const [before, one, two] = [kind.slice(0, at), kind[at], kind[at + 1]]
      const edited = {
        insert: before + other + kind.slice(at),
        remove: before + kind.slice(at + 1),
        replace: before + other + kind.slice(at + 1),
        exchange: `${before}${two}${one}${kind.slice(at + 2)}`,
      }
      return { kind, name: edited[how] }
    })
  fc.assert(
    fc.property(mistyped, ({ kind, name }) => {
      const meant = meantName(name)
      if (name === kind) expect(meant).toBeUndefined()
      // Restroed is as near to destroyed as to restored.
      else expect(kindNames(INVENTORY_KINDS)).toContain(meant)
    }),
  )
})

it('remembers as many names as fit', () => {
  const many = createMeantName(INVENTORY_KINDS)
  for (let n = 0; n < 3_000; n++) many(`app.event-${n}`)
  expect(many('inventory.movd')).toBe('inventory.moved')
  expect(many('inventory.movd')).toBe('inventory.moved')
})
