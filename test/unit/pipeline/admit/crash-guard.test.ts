import { describe, expect, it, vi } from 'vitest'
import { headersByName } from '../../../../src/event/headers.ts'
import type { LoadedPlugin } from '../../../../src/plugin/loaded-plugin.ts'
import { fakeCrashStore } from '../../../support/fake-crash-notes.ts'
import { settled } from '../../../support/manual-clock.ts'
import { type KitOptions, partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

const moved = (id: string) => ({ id, kind: 'inventory.moved' })

/** A pipeline whose partition starts with these crash counts. */
async function begun(
  noted: Record<string, number>,
  processEvent: LoadedPlugin['processEvent'],
  options: Partial<KitOptions> = {},
) {
  const crashes = fakeCrashStore(noted)
  const plugins = [plugin({ processEvent })]
  const kit = pipelineKit({ plugins, crashes: crashes.notes, maxCrashes: 3, ...options })
  const p = partition(kit)
  await settled()
  return { kit, p, ...crashes }
}

/** Handlers that each wait at their own gate. */
function gated() {
  const gates = new Map<string, PromiseWithResolvers<void>>()
  const begun: string[] = []
  const processEvent = ({ id }: { id: string }) => {
    const gate = Promise.withResolvers<void>()
    gates.set(id, gate)
    begun.push(id)
    return gate.promise
  }
  const open = async (id: string) => {
    gates.get(id)!.resolve()
    await settled()
  }
  return { processEvent, begun, open }
}

describe('an event that ended the process', () => {
  it('is counted before its handler is called, until it is completed', async () => {
    const seen: object[] = []
    const { p, noted } = await begun({ '1/plugin': 1 }, () => void seen.push(noted()))
    p.put(moved('a'), 'x')
    p.put(moved('b'), 'y')
    await settled()
    expect(seen).toEqual([{ '1/plugin': 1 }, { '1/plugin': 2 }])
    expect(noted()).toEqual({})
    expect(p.ledger.watermark).toBe(2)
  })

  it('is no longer a suspect once completed, even if earlier ones are not', async () => {
    const { processEvent, open } = gated()
    const { p, noted } = await begun({ '1/plugin': 1 }, processEvent)
    p.put(moved('slow'), 'x')
    p.put(moved('suspect'), 'y')
    await settled()
    await open('suspect')
    expect(p.ledger.watermark).toBe(0)
    expect(noted()).toEqual({})
  })

  it('is counted once, however often its handler is tried', async () => {
    const seen: object[] = []
    const { kit, p, noted, changes } = await begun({ '0/plugin': 0 }, () => {
      seen.push(noted())
      throw new Error('not yet')
    })
    p.put(moved('a'))
    await kit.clock.advance(10_000)
    expect(seen).toEqual(Array(3).fill({ '0/plugin': 1 }))
    expect(kit.notes.filter((each) => each.startsWith('suspect'))).toEqual(['suspect 0'])
    expect(changes()).toBe(2)
    expect(noted()).toEqual({})
  })

  it('is not called before it is counted', async () => {
    const seen: object[] = []
    const processEvent = vi.fn(() => void seen.push(noted()))
    const { kit, p, faults, noted } = await begun({ '0/plugin': 1 }, processEvent)
    faults.refused = true
    p.put(moved('a'))
    await kit.clock.advance(30_000)
    expect(processEvent).not.toHaveBeenCalled()
    expect(p.ledger.watermark).toBe(0)
    faults.refused = false
    faults.lostAnswers = 2
    await kit.clock.advance(1_500)
    expect(processEvent).not.toHaveBeenCalled()
    await kit.clock.advance(5_000)
    expect(seen).toEqual([{ '0/plugin': 2 }])
    expect(p.ledger.watermark).toBe(1)
  })

  it('is dead-lettered without a call if it did so too often', async () => {
    const seen: string[] = []
    const { kit, p } = await begun({ '1/plugin': 3 }, ({ id }) => void seen.push(id))
    for (const id of ['a', 'b', 'c']) p.put(moved(id))
    await settled()
    expect(seen).toEqual(['a', 'c'])
    expect(kit.letters.map(({ headers }) => headersByName(headers, String))).toMatchObject([
      {
        'dlq.reason': 'exhausted',
        'dlq.error': 'its handler ended the process 3 times',
        'dlq.attempts': '3',
        'dlq.offset': '1',
      },
    ])
    expect(p.ledger.watermark).toBe(3)
    expect(kit.pipeline.stats().unaccounted).toBe(0)
  })

  it('stays until its dead letter is written', async () => {
    const processEvent = vi.fn()
    const { kit, p } = await begun({ '0/plugin': 3 }, processEvent)
    kit.faults.deadLetters = true
    p.put(moved('a'))
    await kit.clock.advance(5_000)
    expect(p.ledger.watermark).toBe(0)
    kit.faults.deadLetters = false
    await kit.clock.advance(5_000)
    expect(kit.letters).toHaveLength(1)
    expect(processEvent).not.toHaveBeenCalled()
  })
})

describe('suspects', () => {
  it('run one at a time, and block only their own entities', async () => {
    const { processEvent, begun: calls, open } = gated()
    const { p } = await begun({ '0/plugin': 0, '2/plugin': 1 }, processEvent)
    p.put(moved('suspect 1'), 'x')
    p.put(moved('innocent 1'), 'y')
    p.put(moved('suspect 2'), 'z')
    p.put(moved('behind 2'), 'z')
    p.put(moved('innocent 2'), 'w')
    await settled()
    expect(calls).toEqual(['innocent 1', 'innocent 2', 'suspect 1'])
    await open('suspect 1')
    expect(calls.at(-1)).toBe('suspect 2')
    await open('suspect 2')
    expect(calls.at(-1)).toBe('behind 2')
  })

  it('of other plugins wait, too', async () => {
    const { processEvent, begun: calls, open } = gated()
    const plugins = ['one', 'two'].map((slug) => plugin({ slug, processEvent }))
    const { p } = await begun({ '0/one': 1, '0/two': 1 }, processEvent, { plugins })
    p.put(moved('a'))
    await settled()
    expect(calls).toHaveLength(1)
    await open('a')
    expect(calls).toHaveLength(2)
  })

  it('have their count restored when they are abandoned', async () => {
    const { kit, p, noted } = await begun({ '0/plugin': 1 }, (_event, { signal }) => {
      return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    })
    p.put(moved('a'))
    await settled()
    expect(noted()).toEqual({ '0/plugin': 2 })
    p.lose()
    await settled()
    expect(kit.notes).toContain('abandoned')
    expect(noted()).toEqual({ '0/plugin': 1 })
  })

  it('remove the counts of what was completed before along with theirs', async () => {
    const stale = { '0/plugin': 2, '1/other': 0 }
    const { p, noted } = await begun({ ...stale, '2/plugin': 1, '9/plugin': 1 }, () => {})
    p.ledger.passTo(2)
    p.put(moved('a'))
    await settled()
    expect(noted()).toEqual({ '9/plugin': 1 })
  })
})

describe('a handler that ignores its signal', () => {
  const never = () => new Promise<void>(() => {})

  it('is counted before the process ends', async () => {
    const stuck: object[] = []
    const { kit, p, noted } = await begun({}, never, { onStuck: () => void stuck.push(noted()) })
    p.put(moved('a'))
    await kit.clock.advance(5_000)
    expect(stuck).toEqual([{ '0/plugin': 1 }])
  })

  it('is not counted twice', async () => {
    const stuck: object[] = []
    const onStuck = () => void stuck.push(noted())
    const { kit, p, noted } = await begun({ '0/plugin': 1 }, never, { onStuck })
    p.put(moved('a'))
    await kit.clock.advance(5_000)
    expect(stuck).toEqual([{ '0/plugin': 2 }])
  })

  it('keeps its count even if it ends before the process does', async () => {
    const gate = Promise.withResolvers<void>()
    const { kit, p, noted } = await begun({}, () => gate.promise)
    p.put(moved('a'))
    await kit.clock.advance(5_000)
    p.lose()
    gate.resolve()
    await settled()
    expect(kit.notes).toContain('abandoned')
    expect(noted()).toEqual({ '0/plugin': 1 })
  })

  it('ends the process even if it cannot be counted in time', async () => {
    const crashes = { read: async () => new Map(), change: never }
    const { kit, p } = await begun({}, never, { crashes })
    p.put(moved('a'))
    await kit.clock.advance(4_000)
    expect(kit.notes).toEqual([])
    await kit.clock.advance(1_000)
    expect(kit.notes).toEqual(['crash note failed', 'stuck plugin'])
  })
})
