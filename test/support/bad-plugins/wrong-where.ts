export default {
  slug: 'wrong-where',
  wantsProcessEvent: (name: string) => name === 'inventory.moved',
  where: { exact: { 'data.entty.name': 'BATCH-001' } },
  processEvent() {},
}
