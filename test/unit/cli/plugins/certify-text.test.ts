import { eventBuilder } from 'inventory-events/testing'
import { expect, it } from 'vitest'
import { verdictText } from '../../../../src/cli/plugins/certify-text.ts'
import { INVENTORY_KINDS } from '../../../../src/event/kinds.ts'

const build = eventBuilder()
const [first, second] = [build('inventory.wasted'), build('stockitem.split')]

it('tells a sequence step by step', () => {
  const items = [
    { event: first },
    { event: second, crash: { step: 'before-call', uncommitted: 1 } as const },
    { event: first, crash: { step: 'after-mark', uncommitted: 0 } as const },
  ]
  const found = Array.from({ length: 12 }, (_, n) => ({ at: `probe[${n}]`, expected: n, seen: '' }))
  const text = verdictText(INVENTORY_KINDS, 'mine', { type: 'differs', run: 7, items, found }, 3)
  expect(text).toContain('(--seed 3, run 7; ')
  expect(text).toContain(`What was done
  1. evt_1  inventory.wasted of ent_1
  2. evt_2  stockitem.split of stockitem:1; the process is killed before its handler is called
  3. a new process continues with evt_1, the first that was not committed
  4. evt_1  inventory.wasted of ent_1, once more; the process is killed after its completion is recorded, before the offset is committed
  5. a new process continues with evt_1, the first that was not committed
`)
  expect(text).toContain("  probe[9]  9         ''\n  and 2 differences more\n")
  expect(text.split('\n').at(-1)).toBe(JSON.stringify(second))
})

it('says why nothing is certified', () => {
  const counts = {
    ...{ runs: 100, crashes: 0, duplicates: 0, firstError: 'evt_1: no such bay' },
    outcomes: new Map([['rejected' as const, 1_200]]),
  }
  expect(verdictText(INVENTORY_KINDS, 'mine', { type: 'nothing-processed', counts }, 1)).toMatch(
    /^mine: not certified: its handler processed none of the events: 1200 rejected \(first evt_1: no such bay\)\nname in `where`/,
  )
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  expect(verdictText(INVENTORY_KINDS, 'mine', { type: 'no-events', names }, 1)).toBe(
    'mine: not certified: no event could be made that its filters accept, of a, b, c, d, e and 2 more',
  )
  const found = [{ at: 'probe', expected: { n: 1 }, seen: undefined }]
  expect(verdictText(INVENTORY_KINDS, 'mine', { type: 'not-deterministic', found }, 1)).toContain(
    '  probe  { n: 1 }  nothing',
  )
})
