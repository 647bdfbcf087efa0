import { createMemoryStore } from '../../src/idempotency/memory.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { CONTRACT_TTL_MS, storeContract } from './store-contract.ts'

storeContract('memory', async () => {
  const clock = new ManualClock()
  const store = createMemoryStore({ clock, ttlMs: CONTRACT_TTL_MS, maxMarks: 1_000 })
  return { store, topic: 'events', advance: (ms) => clock.advance(ms) }
})
