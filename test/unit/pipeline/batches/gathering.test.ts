import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Gathering } from '../../../../src/pipeline/batches/gathering.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

interface Item {
  key: string
  number: number
}

type Step =
  | { type: 'add' | 'alone'; key: string }
  | { type: 'pass'; ms: number }
  | { type: 'end' | 'soon' | 'hurry' | 'calm' }
  | { type: 'remove'; key: string }

const key = fc.constantFrom('a', 'b', 'c')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('add' as const), key }) },
  fc.record({ type: fc.constant('alone' as const), key }),
  { weight: 3, arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.nat(30) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('end' as const) }) },
  fc.record({ type: fc.constantFrom('soon' as const, 'hurry' as const, 'calm' as const) }),
  fc.record({ type: fc.constant('remove' as const), key }),
)

const limits = fc.record({
  maxItems: fc.integer({ min: 1, max: 5 }),
  maxWaitMs: fc.nat(40),
  maxCalls: fc.integer({ min: 1, max: 3 }),
})

it('calls every item once, in order, within its limits, and none waits for others too long', async () => {
  await fc.assert(
    fc.asyncProperty(limits, fc.array(step, { maxLength: 60 }), async (options, steps) => {
      const clock = new ManualClock()
      const calls: { items: readonly Item[]; atMs: number }[] = []
      const running: (() => void)[] = []
      const addedAtMs = new Map<Item, number>()
      /** When a call could last have begun, but none did. */
      let freeSinceMs: number | undefined = 0
      const gathering = new Gathering<Item>({
        ...options,
        clock,
        keyOf: (item) => item.key,
        call(items) {
          expect(items.length).toBeGreaterThan(0)
          expect(items.length).toBeLessThanOrEqual(options.maxItems)
          calls.push({ items, atMs: clock.elapsedMs() })
          if (running.length + 1 >= options.maxCalls) freeSinceMs = undefined
          return new Promise((resolve) => running.push(resolve))
        },
      })
      const pending = new Set<Item>()
      const calms: (() => void)[] = []
      let number = 0

      for (const each of steps) {
        const before = calls.length
        switch (each.type) {
          case 'add':
          case 'alone': {
            const item = { key: each.key, number: number++ }
            pending.add(item)
            addedAtMs.set(item, clock.elapsedMs())
            if (each.type === 'alone') gathering.addAlone(item)
            else {
              const isOpen = gathering.add(item)
              expect(isOpen()).toBe(
                gathering.has(item.key) && pending.has(item) && !wasCalled(item),
              )
            }
            break
          }
          case 'pass':
            await clock.advance(each.ms)
            break
          case 'end':
            running.shift()?.()
            await settled()
            if (running.length < options.maxCalls) freeSinceMs ??= clock.elapsedMs()
            break
          case 'soon':
            gathering.callSoon()
            break
          case 'hurry':
            calms.push(gathering.hurry())
            break
          case 'calm':
            calms.pop()?.()
            break
          case 'remove':
            for (const item of gathering.remove((one) => one.key === each.key)) {
              expect(item.key).toBe(each.key)
              expect(pending.delete(item)).toBe(true)
            }
            expect(gathering.has(each.key)).toBe(false)
        }
        for (const { items } of calls.slice(before)) {
          for (const item of items) expect(pending.delete(item), 'called once').toBe(true)
        }
        expect(running.length).toBeLessThanOrEqual(options.maxCalls)
        if (freeSinceMs === undefined) continue
        for (const item of pending) {
          const sinceMs = Math.max(freeSinceMs, addedAtMs.get(item) ?? 0)
          expect(clock.elapsedMs() - sinceMs).toBeLessThanOrEqual(options.maxWaitMs)
        }
      }

      for (const calm of calms) calm()
      await clock.advance(options.maxWaitMs)
      while (running.length > 0) {
        running.shift()?.()
        await settled()
      }
      const called = calls.flatMap(({ items }) => items)
      for (const name of ['a', 'b', 'c']) {
        const numbers = called.filter((item) => item.key === name).map((item) => item.number)
        const isOrdered = numbers.every((n, i) => i === 0 || n > (numbers[i - 1] as number))
        if (!steps.some(({ type }) => type === 'alone')) expect(isOrdered).toBe(true)
      }
      expect(called).toHaveLength(new Set(called).size)
      for (const item of pending) expect(called).toContain(item)

      function wasCalled(item: Item): boolean {
        return calls.some(({ items }) => items.includes(item))
      }
    }),
    { numRuns: 300 },
  )
})
