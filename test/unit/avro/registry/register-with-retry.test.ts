import { describe, expect, it } from 'vitest'
import { registerWithRetry } from '../../../../src/avro/registry/register-with-retry.ts'
import { InventoryEventsError } from '../../../../src/util/errors.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const away = new InventoryEventsError('REGISTRY_UNAVAILABLE', 'status 500', { retryable: true })
const refused = new InventoryEventsError('REGISTRY_REFUSED', 'already exists')

/** A registry that fails so and so many times; `there` is what somebody else registered. */
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
  it('tries again where the registry is not up to it', async () => {
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

  it('takes what somebody else registered, and tries again where two at once were refused', async () => {
    expect(await registerWithRetry(registry(1, refused, 7), 'subject', '{}')).toBe(7)
    const clock = new ManualClock()
    const id = registerWithRetry(registry(1, refused), 'subject', '{}', clock)
    await clock.advance(1_000)
    expect(await id).toBe(3)
  })
})
