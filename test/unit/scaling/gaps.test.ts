import { describe, expect, it } from 'vitest'
import { gapsIn, type Step } from '../../scaling/gaps.ts'

/** Milliseconds, by partition. */
function steps(...each: [partition: number, ms: number][]): Step[] {
  return each.map(([partition, ms]) => ({ partition, atUs: ms * 1_000 }))
}

const window = { fromUs: 1_000_000, toUs: 2_000_000 }

describe('the longest time without progress', () => {
  it('is longer for a partition than for the group', () => {
    const seen = steps([0, 1_000], [1, 1_100], [1, 1_400], [0, 1_500], [0, 2_000], [1, 2_000])
    expect(gapsIn(seen, window)).toEqual({ groupMs: 500, partitionMs: 600 })
  })

  it('may have begun before the window', () => {
    expect(gapsIn(steps([0, 400], [0, 1_100], [0, 1_900]), window).partitionMs).toBe(800)
    expect(gapsIn(steps([0, 100], [0, 1_100], [0, 1_900]), window).partitionMs).toBe(1_000)
  })

  it('counts up to the end of the window if it has not ended', () => {
    expect(gapsIn(steps([0, 1_000], [0, 1_100]), window).partitionMs).toBe(900)
    expect(gapsIn(steps([0, 1_000], [0, 1_100], [0, 9_000]), window).partitionMs).toBe(900)
  })

  it('ignores times before and after the window', () => {
    const seen = steps([0, 0], [0, 900], [0, 1_500], [0, 2_000], [0, 9_000], [0, 9_900])
    expect(gapsIn(seen, window)).toEqual({ groupMs: 600, partitionMs: 600 })
  })

  it('is zero without work', () => {
    expect(gapsIn([], window)).toEqual({ groupMs: 0, partitionMs: 0 })
  })
})
