import { describe, expect, it } from 'vitest'
import { registerWithRetry } from '../../../../src/avro/registry/register-with-retry.ts'
import { InventoryEventsError } from '../../../../src/util/errors.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const away = new InventoryEventsError('REGISTRY_UNAVAILABLE', 'status 500', { retryable: true })
const refused = new InventoryEventsError('REGISTRY_REFUSED', 'already exists')

/** A registry that fails a number of times; `there` is what another client registered. */
function registry(failures: number, error: Error, there?: number) {
  let calls = 0
  return {
    calls: () => calls,
    registeredId: async () => there,
    async register() {
      calls += 1
      if (calls <= failures) throw error
      return 3
    },
  }
}

describe('registering', () => {
  it('retries if the registry fails', async () => {
    const clock = new ManualClock()
    const id = registerWithRetry(registry(4, away), 'subject', '{}', clock)
    await clock.advance(10_000)
    expect(await id).toBe(3)
  })

  it('gives up after a few tries', async () => {
    const clock = new ManualClock()
    const gone = registry(100, away)
    const failed = expect(registerWithRetry(gone, 'subject', '{}', clock)).rejects.toThrow(away)
    await clock.advance(60_000)
    await failed
    expect(gone.calls()).toBe(5)
  })

  it('uses what another client registered, and retries a refused concurrent registration', async () => {
    expect(await registerWithRetry(registry(1, refused, 7), 'subject', '{}')).toBe(7)
    const clock = new ManualClock()
    const id = registerWithRetry(registry(1, refused), 'subject', '{}', clock)
    await clock.advance(1_000)
    expect(await id).toBe(3)
  })
})
