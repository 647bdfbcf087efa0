import { describe, expect, it } from 'vitest'
import { headersByName } from '../../../../src/event/headers.ts'
import { allOn } from '../../../../src/pipeline/admit/plugin-switches.ts'
import type { LoadedPlugin } from '../../../../src/plugin/loaded-plugin.ts'
import { type HandlerReturn, retryAfter } from '../../../../src/plugin/returns/returns.ts'
import { settled } from '../../../support/manual-clock.ts'
import { type KitOptions, partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

const HOUR_MS = 3_600_000
const UNCOUNTED = { countsAsAttempt: false }
const moved = (id: string) => ({ id, kind: 'inventory.moved' })

type Answer = (id: string, attempt: number) => HandlerReturn | undefined

/** A pipeline with one plugin, whose calls are listed as `time id attempt`. */
function scene(answer: Answer, part: Partial<LoadedPlugin> = {}, options?: Partial<KitOptions>) {
  const calls: string[] = []
  const answers = plugin({
    ...part,
    processEvent(event, { attempt }) {
      calls.push(`${kit.clock.now()} ${event.id} ${attempt}`)
      return answer(event.id, attempt)
    },
  })
  const kit = pipelineKit({ plugins: [answers], ...options })
  const letters = () => kit.letters.map(({ headers }) => headersByName(headers, String))
  return { kit, calls, letters, input: partition(kit) }
}

const waits = (kit: ReturnType<typeof pipelineKit>) =>
  [...kit.pipeline.backlogs()].flatMap(({ oldest }) => oldest?.state ?? [])

describe('a handler that returns retryAfter', () => {
  it('is called again after that delay; the entity waits, others do not', async () => {
    const { kit, calls, input } = scene((id, attempt) =>
      id === 'a' && attempt === 1 ? retryAfter(150_000, 'limited') : undefined,
    )
    input.put(moved('a'), 'key')
    input.put(moved('b'), 'key')
    input.put(moved('c'), 'other')
    await kit.clock.advance(149_999)
    expect(calls).toEqual(['0 a 1', '0 c 1'])
    expect(waits(kit)).toEqual(['delayed'])
    expect(input.ledger.watermark).toBe(0)
    await kit.clock.advance(1)
    expect(calls).toEqual(['0 a 1', '0 c 1', '150000 a 2', '150000 b 1'])
    expect(kit.notes).toEqual(['delayed 150000'])
    expect(input.ledger.watermark).toBe(3)
  })

  it('uses an attempt: the last one makes a dead letter, with the reason', async () => {
    const { kit, calls, letters, input } = scene(() => retryAfter(2_000, 'limited'))
    input.put(moved('a'))
    await kit.clock.advance(HOUR_MS)
    expect(calls).toEqual(['0 a 1', '2000 a 2', '4000 a 3'])
    expect(letters()).toMatchObject([
      { 'dlq.reason': 'exhausted', 'dlq.error': 'limited', 'dlq.attempts': '3' },
    ])
  })

  it('is held with onExhausted hold, by its own delay', async () => {
    const { kit, calls, input } = scene(() => retryAfter(2_000, 'limited'), { onExhausted: 'hold' })
    input.put(moved('a'))
    await kit.clock.advance(10_000)
    expect(calls).toHaveLength(6)
    expect(kit.ended).toEqual([])
  })

  it('uses no attempt if it says so, and mixes with failures that do', async () => {
    const { kit, calls, letters, input } = scene((_, attempt) => {
      if (calls.length % 2 === 0) throw new Error(`failure ${attempt}`)
      return retryAfter(10_000, 'limited', UNCOUNTED)
    })
    input.put(moved('a'))
    await kit.clock.advance(HOUR_MS)
    const attempts = calls.map((call) => call.split(' ')[2])
    expect(attempts).toEqual(['1', '1', '2', '2', '3', '3'])
    expect(letters()).toMatchObject([{ 'dlq.error': 'failure 3', 'dlq.attempts': '3' }])
  })

  it('is repeated without a limit of attempts until Kafka is about to remove the record', async () => {
    let removal: string | undefined
    const { kit, calls, letters, input } = scene(
      () => retryAfter(HOUR_MS, 'maintenance', UNCOUNTED),
      {},
      { removalOf: () => removal },
    )
    input.put(moved('a'))
    await kit.clock.advance(24 * HOUR_MS)
    expect(calls).toHaveLength(25)
    expect(letters()).toEqual([])
    removal = 'Kafka was about to remove its record'
    await kit.clock.advance(60_000)
    expect(calls).toHaveLength(25)
    expect(letters()).toMatchObject([
      { 'dlq.reason': 'retention', 'dlq.error': `held until ${removal}`, 'dlq.attempts': '0' },
    ])
  })

  it('holds no claim while it waits, and is claimed again', async () => {
    const { kit, calls, input } = scene((_, attempt) =>
      attempt === 1 ? retryAfter(5_000, 'limited') : undefined,
    )
    input.put(moved('a'))
    await kit.clock.advance(1_000)
    const key = { plugin: 'plugin', eventId: 'a', topic: 'events', partition: 0 }
    const claimed = await kit.store.claim(key, 'x')
    expect(claimed).toMatchObject({ type: 'claimed' })
    if (claimed.type === 'claimed') await claimed.claim.release()
    await kit.clock.advance(4_000)
    expect(calls).toEqual(['0 a 1', '5000 a 2'])
    expect(kit.ended.map(({ outcome }) => outcome)).toEqual(['processed'])
  })

  it('does not hold up a stop, and is called by the next owner of the partition', async () => {
    const { kit, calls, input } = scene(() => retryAfter(HOUR_MS, 'maintenance'))
    input.put(moved('a'))
    input.put(moved('b'))
    await settled()
    await kit.clock.advance(10)
    expect(await kit.pipeline.drain(1)).toBe('drained')
    input.lose()
    await settled()
    expect(kit.notes).toEqual([`delayed ${HOUR_MS}`, 'abandoned', 'abandoned'])
    expect(kit.pipeline.stats()).toMatchObject({ inFlightDeliveries: 0, unaccounted: 0 })
    expect(input.ledger.watermark).toBe(0)
    partition(kit).put(moved('a'))
    await settled()
    expect(calls.at(-1)).toBe('10 a 1')
  })

  it('is skipped within a minute once its plugin is disabled', async () => {
    let isDisabled = false
    const switches = { ...allOn, skipCauseOf: () => (isDisabled ? 'disabled' : undefined) } as const
    const { kit, calls, input } = scene(() => retryAfter(HOUR_MS, 'closed'), {}, { switches })
    input.put(moved('a'))
    await kit.clock.advance(1_000)
    isDisabled = true
    await kit.clock.advance(60_000)
    expect(calls).toHaveLength(1)
    expect(kit.skips['plugin disabled']).toEqual({ count: 1 })
    expect(input.ledger.watermark).toBe(1)
  })

  it('with a delay that is none fails, and is retried with back-off', async () => {
    const { kit, calls, letters, input } = scene(() => retryAfter(Number.NaN, 'limited'))
    input.put(moved('a'))
    await kit.clock.advance(HOUR_MS)
    expect(calls).toHaveLength(3)
    expect(letters()).toMatchObject([
      {
        'dlq.error': 'retryAfter: expected as delay 0 to 86400000 milliseconds, got NaN',
        'dlq.error-type': 'RangeError',
      },
    ])
  })
})

describe('the circuit breaker', () => {
  it('does not open for delays: they are no failures', async () => {
    const { kit, input } = scene((_, attempt) =>
      attempt < 3 ? retryAfter(1_000, 'limited') : undefined,
    )
    for (let n = 0; n < 50; n++) input.put(moved(`${n}`), `key ${n}`)
    await kit.clock.advance(10_000)
    expect(kit.notes.filter((note) => note.startsWith('breaker'))).toEqual([])
    expect(kit.ended).toHaveLength(50)
  })

  it('stays open when a probe is delayed, which uses no attempt', async () => {
    let answer: Answer = () => {
      throw new Error('down')
    }
    const { kit, calls, input } = scene((id, attempt) => answer(id, attempt))
    for (let n = 0; n < 8; n++) input.put(moved(`${n}`), `key ${n}`)
    await settled()
    expect(kit.pipeline.openBreakers()).toEqual(['plugin'])
    const failed = calls.splice(0).length
    answer = () => retryAfter(5_000, 'maintenance')
    await kit.clock.advance(60_000)
    expect(kit.pipeline.openBreakers()).toEqual(['plugin'])
    expect(failed).toBe(5)
    expect(calls.length).toBeGreaterThan(2)
    expect(calls.length).toBeLessThan(10)
    const attempts = new Set(calls.map((call) => call.split(' ').slice(1).join(' ')))
    expect(attempts.size).toBe(new Set(calls.map((call) => call.split(' ')[1])).size)
    answer = () => undefined
    await kit.clock.advance(120_000)
    expect(kit.ended.map(({ outcome }) => outcome)).toEqual(Array(8).fill('processed'))
  })
})
