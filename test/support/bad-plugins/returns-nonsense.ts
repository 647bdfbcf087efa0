import { definePlugin } from 'inventory-events'

export default definePlugin({
  slug: 'returns-nonsense',
  // @ts-expect-error neither nothing, nor skip(), nor reject()
  processEvent: () => ({ status: 'done' }),
})
