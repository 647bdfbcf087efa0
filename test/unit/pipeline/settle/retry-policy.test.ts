import { describe, expect, it } from 'vitest'
import { backoffMs } from '../../../../src/pipeline/settle/retry-policy.ts'
import { partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

describe('the wait before an attempt', () => {
  const doubled = { maxAttempts: 9, initialDelayMs: 100, maxDelayMs: 1_000 }
  const listed = { maxAttempts: 4, delaysMs: [1_000, 60_000, 600_000] }

  it('doubles up to its limit, or is that of the list, whose last one is repeated', () => {
    const all = (plan: typeof doubled | typeof listed) =>
      [1, 2, 3, 4, 5, 60].map((attempts) => backoffMs(plan, attempts, () => 1))
    expect(all(doubled)).toEqual([100, 200, 400, 800, 1_000, 1_000])
    expect(all(listed)).toEqual([1_000, 60_000, 600_000, 600_000, 600_000, 600_000])
  })

  it('lasts at least half of that', () => {
    expect(backoffMs(doubled, 2, () => 0)).toBe(100)
    expect(backoffMs(listed, 2, () => 0)).toBe(30_000)
  })
})

it.each([
  ['dead-letter', [0, 750, 45_750], 1],
  ['hold', [0, 750, 45_750, 90_750, 135_750], 0],
] as const)(
  'a plugin with a list of delays is called at them, then: %s',
  async (onExhausted, atMs, letters) => {
    const calls: number[] = []
    const down = plugin({
      onExhausted,
      retry: { maxAttempts: 3, delaysMs: [1_000, 60_000] },
      processEvent() {
        calls.push(kit.clock.now())
        throw new Error('down')
      },
    })
    const kit = pipelineKit({ plugins: [down] })
    partition(kit).put({ id: 'a', kind: 'inventory.moved' })
    await kit.clock.advance(150_000)
    expect(calls).toEqual(atMs)
    expect(kit.letters).toHaveLength(letters)
  },
)
