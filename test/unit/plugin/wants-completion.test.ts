import { expect, it } from 'vitest'
import { INVENTREE_EVENTS } from '../../../src/event/inventree-events.ts'
import { INVENTORY_KINDS, kindNames } from '../../../src/event/kinds.ts'
import { completionsAt } from '../../support/completions.ts'

const PATH = 'examples/plugins/completed.ts'

function pluginWith(wants: string): string {
  return `import { definePlugin } from 'inventory-events'
export default definePlugin({
  slug: 'completed',
  wants: ${wants},
  processEvent(event) {},
})
`
}

it('editors suggest the known names and patterns inside the quotes', async () => {
  const suggested = await completionsAt(PATH, pluginWith("['|']"))
  const patterns = ['inventory.*', 'stockitem.*', 'build.*']
  expect(suggested).toEqual(
    expect.arrayContaining([...kindNames(INVENTORY_KINDS), ...INVENTREE_EVENTS, ...patterns]),
  )
})

it('they do so for a further name too', async () => {
  const suggested = await completionsAt(PATH, pluginWith("['mine.*', 'inventory.|']"))
  expect(suggested).toEqual(expect.arrayContaining([...kindNames(INVENTORY_KINDS)]))
})
