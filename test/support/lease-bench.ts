import type { LeaseBench, LeaseOwner } from '../contract/lease-contract.ts'
import { database, LEASE_MS, ownStore } from './postgres.ts'
import { until } from './stack.ts'

/** Owners that share a database. */
export async function leaseBench(): Promise<LeaseBench> {
  const { url, age } = await database()
  async function owner(): Promise<LeaseOwner> {
    const { store, clock, lostCount } = await ownStore(url)
    const timers = clock.pending
    // A renewal has ended when the next one is scheduled.
    const isQuiet = () => clock.pending === timers
    const pass = async (move: Promise<void>) => {
      await move
      await until(isQuiet, { what: 'the renewal to end' })
    }
    return {
      store,
      pass: (ms) => pass(clock.advance(ms)),
      freeze: (ms) => pass(clock.jump(ms)),
      lostCount,
    }
  }
  return { leaseMs: LEASE_MS, owner, passStored: age }
}
