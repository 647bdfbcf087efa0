import { createMemoryStore } from '../../src/idempotency/memory.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { stateContract } from './state-contract.ts'
import { CONTRACT_TTL_MS, storeContract } from './store-contract.ts'

async function create() {
  const clock = new ManualClock()
  const store = createMemoryStore({ clock, ttlMs: CONTRACT_TTL_MS, maxMarks: 1_000 })
  return {
    store,
    topic: 'events',
    otherTopic: 'others',
    advance: (ms: number) => clock.advance(ms),
  }
}

storeContract('memory', create)
stateContract('memory', create)
