import { describe, expect, it } from 'vitest'
import { type LoadedPlugin, withDefaults } from '../../../src/plugin/loaded-plugin.ts'
import type { Plugin } from '../../../src/plugin/plugin.ts'
import { replayedPlugin } from '../../../src/replay/replayed-plugin.ts'

const defaults = {
  retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
  timeoutMs: 1_000,
  concurrency: 1,
  maxStateBytes: 65_536,
}

function loaded(own: Partial<Plugin>): LoadedPlugin {
  return withDefaults({ slug: 'p', processEvent: () => undefined, ...own }, 'p.ts', defaults)
}

describe('a replayed plugin', () => {
  it('wants one kind, restricted by its own filter', () => {
    const { wantsProcessEvent } = replayedPlugin(loaded({}), { kind: 'a' })
    expect(['a', 'b'].map((name) => wantsProcessEvent?.(name))).toEqual([true, false])
    const picky = loaded({ wantsProcessEvent: (name) => name === 'b' })
    expect(replayedPlugin(picky, { kind: 'a' }).wantsProcessEvent?.('a')).toBe(false)
    expect(replayedPlugin(picky, {}).wantsProcessEvent?.('b')).toBe(true)
  })

  it('does not hide errors of its own filter', () => {
    const odd = loaded({ wantsProcessEvent: (() => 'yes') as never })
    expect(replayedPlugin(odd, { kind: 'a' }).wantsProcessEvent?.('a')).toBe('yes')
  })

  it('has the lower of its own limit and the rate', () => {
    const limited = loaded({ maxPerSecond: 50 })
    const limits = [10, 100, undefined].map((rate) => replayedPlugin(limited, { rate }))
    expect(limits.map(({ maxPerSecond }) => maxPerSecond)).toEqual([10, 50, 50])
    expect(replayedPlugin(loaded({}), {}).maxPerSecond).toBeUndefined()
  })
})
