import { describe, expect, it } from 'vitest'
import type { ControlRecord, PluginState } from '../../../../src/control/control-record.ts'
import { Switches } from '../../../../src/control/switches.ts'
import { ProvisionalSkips } from '../../../../src/pipeline/intake/provisional-skips.ts'
import type { Epoch } from '../../../../src/pipeline/source.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

const moved = (id: string) => ({ id, kind: 'inventory.moved' })
const audit = { by: 'ann', at: '2026-01-01T00:00:00Z', why: '' }
const set = (slug: string, state: PluginState): ControlRecord => {
  return { switch: 'plugin', slug, state, ...audit }
}
const start = (slug: string, offset: number): ControlRecord => {
  return { switch: 'start', slug, offsets: { events: { 0: offset } }, ...audit }
}
const events = (state: 'on' | 'off'): ControlRecord => ({ switch: 'events', state, ...audit })

/** A plugin `a`, which is disabled, and `b`, which is not, in one partition. */
function scene() {
  const clock = new ManualClock()
  const switches = new Switches(true)
  const reads: string[] = []
  const skips = new ProvisionalSkips({ switches, clock, readNow: () => void reads.push('now') })
  const wrong: [Epoch, string][] = []
  skips.onWrong((epoch, slug) => void wrong.push([epoch, slug]))
  const called: string[] = []
  const noting = (slug: string) =>
    plugin({ slug, processEvent: (event) => void called.push(`${slug} ${event.id}`) })
  switches.apply(set('a', 'disabled'))
  const kit = pipelineKit({ plugins: [noting('a'), noting('b')], switches, skips, clock })
  const p = partition(kit)
  const put = async (...ids: string[]) => {
    for (const id of ids) p.put(moved(id))
    await settled()
  }
  /** Reads what is written before it returns. */
  const read = (...records: ControlRecord[]) => {
    const isRead = skips.reading()
    for (const each of records) switches.apply(each)
    isRead()
  }
  return { clock, switches, skips, reads, wrong, called, kit, p, put, read, ledger: p.ledger }
}

describe('what is skipped because a plugin is disabled', () => {
  it('may be committed once switches have been read after it', async () => {
    const s = scene()
    await s.put('0')
    expect([s.called, s.ledger.watermark]).toEqual([['b 0'], 0])
    const isRead = s.skips.reading()
    await s.put('1')
    isRead()
    expect(s.ledger.watermark).toBe(1)
    s.read()
    expect(s.ledger.watermark).toBe(2)
    expect(s.wrong).toEqual([])
  })

  it('may not be committed while switches cannot be read', async () => {
    const s = scene()
    await s.put('0')
    s.skips.reading()
    await s.put('1')
    s.skips.reading()
    expect(s.ledger.watermark).toBe(0)
    s.read()
    expect(s.ledger.watermark).toBe(2)
  })

  it('is read again if the plugin turns out to start at or below it', async () => {
    const s = scene()
    await s.put('0', '1', '2')
    s.read(set('a', 'paused'), start('a', 2), set('a', 'enabled'))
    expect(s.wrong).toEqual([[s.p.epoch, 'a']])
    // The epoch ends; nothing of it is committed meanwhile.
    expect(s.ledger.watermark).toBe(0)
  })

  it('counts if the plugin turns out to start above it', async () => {
    const s = scene()
    await s.put('0', '1', '2')
    s.read(set('a', 'paused'), start('a', 3), set('a', 'enabled'))
    expect([s.wrong, s.ledger.watermark]).toEqual([[], 3])
  })

  it('waits while the plugin is paused, until its start is known', async () => {
    const s = scene()
    await s.put('0', '1')
    s.read(set('a', 'paused'))
    s.read()
    expect(s.ledger.watermark).toBe(0)
    await s.skips.confirmed()
    expect(s.reads).toEqual([])
    s.read(start('a', 1), set('a', 'enabled'))
    expect(s.wrong).toHaveLength(1)
  })

  it('does not wait if the plugin was paused before events were off', async () => {
    const s = scene()
    s.read(set('a', 'paused'), events('off'))
    await s.put('0', '1')
    s.read(events('on'))
    expect([s.wrong, s.ledger.watermark]).toEqual([[], 2])
  })

  it('counts when the plugin is disabled again', async () => {
    const s = scene()
    await s.put('0', '1')
    s.read(set('a', 'paused'))
    s.read(set('a', 'disabled'))
    expect([s.wrong, s.ledger.watermark]).toEqual([[], 2])
  })

  it('counts for others that are disabled, whose start is an old one', async () => {
    const s = scene()
    s.read(start('b', 0), set('b', 'disabled'))
    await s.put('0', '1')
    s.read(set('a', 'paused'), start('a', 2), set('a', 'enabled'))
    expect([s.wrong, s.ledger.watermark]).toEqual([[], 2])
  })

  it('is judged the same way while events are off', async () => {
    const s = scene()
    s.read(events('off'))
    await s.put('0', '1')
    s.read(events('on'), set('a', 'paused'), start('a', 1), set('a', 'enabled'))
    expect(s.wrong).toEqual([[s.p.epoch, 'a']])
  })
})

it('a delivery that was queued when its plugin was disabled holds the watermark when it is skipped', async () => {
  const s = scene()
  s.read(set('a', 'paused'), set('b', 'disabled'))
  await s.put('0', '1')
  s.read()
  s.switches.apply(set('a', 'disabled'))
  await settled()
  expect([s.kit.skips['a disabled']?.count, s.ledger.watermark]).toEqual([2, 0])
  s.read(set('a', 'paused'), start('a', 1), set('a', 'enabled'))
  expect(s.wrong).toEqual([[s.p.epoch, 'a']])
})

it('a redriven event that was skipped is read again when its plugin takes events', async () => {
  const s = scene()
  const redrive = partition(s.kit, 0, 0, 'events.redrive')
  s.skips.add(redrive.epoch, 'a', 0)
  s.read(set('a', 'paused'))
  expect(s.wrong).toEqual([[redrive.epoch, 'a']])
})

describe('before a partition is handed over', () => {
  it('switches are read at once, so that nothing is skipped again', async () => {
    const s = scene()
    await s.put('0')
    const released = s.kit.pipeline.release(s.p.epoch, 1_000)
    await settled()
    expect(s.reads).toEqual(['now'])
    s.read()
    expect([await released, s.ledger.watermark]).toEqual(['drained', 1])
  })

  it('it waits for that no longer than two seconds', async () => {
    const s = scene()
    await s.put('0')
    const drained = s.kit.pipeline.drain(1_000)
    await s.clock.advance(2_000)
    expect([await drained, s.ledger.watermark]).toEqual(['drained', 0])
  })

  it('it waits for nothing where nothing was skipped', async () => {
    const s = scene()
    s.read(set('a', 'enabled'))
    await s.put('0')
    await s.kit.pipeline.drain(1_000)
    expect([s.reads, s.ledger.watermark]).toEqual([[], 1])
  })
})

it('forgets what was skipped in an epoch that has ended', async () => {
  const s = scene()
  await s.put('0')
  s.p.lose()
  s.skips.add(s.p.epoch, 'a', 1)
  s.read(start('a', 0), set('a', 'enabled'))
  await s.skips.confirmed()
  expect([s.wrong, s.reads]).toEqual([[], []])
})
