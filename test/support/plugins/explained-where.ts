import { definePlugin } from 'inventory-events'

/** Has a where that matches no event of the test. */
export default definePlugin({
  slug: 'frozen',
  wantsProcessEvent: (name) => name === 'inventory.moved',
  where: [
    { prefix: { ce_type: 'inventory.' } },
    { any: [{ exact: { 'data.to.name': 'Freezer' } }, { gt: { 'data.entity.quantity': 1e6 } }] },
  ],
  processEvent() {},
})
