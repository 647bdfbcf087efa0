import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { pluginEvent } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { HOLDS_MS, until } from '../support/stack.ts'
import { pinnedBytes } from './pinned-bytes.ts'

const MB = 1_000_000
const BATCHES = 10
/** Too few for the circuit breaker to open. */
const REFUSED = 2

/** Referenced bytes without those of fetches in progress. */
async function lastingBytes(): Promise<number> {
  let least = Infinity
  for (let i = 0; i < 10; i++) {
    least = Math.min(least, pinnedBytes())
    await sleep(100)
  }
  return least
}

describe('records are views into what was fetched', () => {
  it('the service keeps copies of those that wait, and nothing else', async () => {
    const gate = Promise.withResolvers<void>()
    let waiting = 0
    const plugin = {
      slug: 'waiting',
      wantsProcessEvent: (name: string) => name === 'wanted',
      retry: { maxAttempts: 1 },
      async processEvent() {
        const nth = ++waiting
        await gate.promise
        if (nth <= REFUSED) throw new Error('refused')
      },
    }
    const s = await situation({ plugins: [plugin], partitions: 1 })
    const unwanted = s.record(pluginEvent('noise', { id: 'n', padding: 'x'.repeat(1_000) }))
    const wanted: { value: Buffer }[] = []
    for (let n = 0; n < BATCHES; n++) {
      wanted.push(s.record(pluginEvent('wanted', { id: `ent_${n}` })))
      await s.produce([wanted[n]!, ...Array.from({ length: 800 }, () => unwanted)])
    }
    await s.start()
    const isAtEnd = () => waiting === BATCHES
    await until(isAtEnd, { what: 'the wanted events to be handled', timeoutMs: HOLDS_MS })
    const whileWaiting = await lastingBytes()
    gate.resolve()
    await s.caughtUp(HOLDS_MS)
    expect(whileWaiting - (await lastingBytes())).toBeLessThan(2 * MB)
    const hex = (all: { value: Buffer | null }[]) => all.map((each) => each.value?.toString('hex'))
    expect(hex(await s.letters()).sort()).toEqual(hex(wanted.slice(0, REFUSED)).sort())
  })
})
