import { describe, expect, it } from 'vitest'
import { headersOf } from '../../../src/event/headers.ts'
import type { SourceRecord } from '../../../src/event/record.ts'
import { OffsetLedger } from '../../../src/pipeline/offset-ledger.ts'
import type { Epoch, Intake } from '../../../src/pipeline/source.ts'
import { rangedIntake } from '../../../src/replay/ranged-intake.ts'
import { Ranges } from '../../../src/replay/ranges.ts'

const range = { topic: 't', partition: 0, start: 10, end: 20 }

function scene(key?: string) {
  const taken: number[] = []
  const inner: Intake = {
    begin: async () => {},
    take(epoch, record) {
      taken.push(record.offset)
      epoch.ledger.accept(record.offset, record.timestampMs, 0)
      return undefined
    },
    end: () => {},
    flush: async () => {},
    staging: undefined,
    release: async () => 'drained',
    drain: async () => 'drained',
  }
  const ranges = new Ranges([range])
  const intake = rangedIntake(inner, ranges, key === undefined ? undefined : Buffer.from(key))
  const epochOf = (partition: number, startOffset: number): Epoch => ({
    topic: 't',
    partition,
    ledger: new OffsetLedger(startOffset),
    lost: new AbortController().signal,
  })
  const record = (partition: number, offset: number, of = 'x'): SourceRecord => {
    const at = { topic: 't', partition, offset, timestampMs: 0 }
    return { ...at, key: Buffer.from(of), value: null, headers: headersOf({}) }
  }
  return { taken, ranges, intake, epochOf, record }
}

describe('a replay', () => {
  it('reads the range of a partition: records below it are skipped, at its end it waits', async () => {
    const s = scene()
    const epoch = s.epochOf(0, 8)
    for (const offset of [8, 9, 10, 19]) {
      expect(s.intake.take(epoch, s.record(0, offset))).toBeUndefined()
    }
    const obstacle = s.intake.take(epoch, s.record(0, 20))
    expect(s.taken).toEqual([10, 19])
    expect(epoch.ledger.watermark).toBe(20)
    expect(obstacle?.isExpected).toBe(true)

    s.ranges.extend([{ ...range, end: 22 }])
    await obstacle?.cleared
    expect(s.intake.take(epoch, s.record(0, 20))).toBeUndefined()
    expect(s.taken).toEqual([10, 19, 20])
  })

  it('reaches the end even if the log has no record just below it', () => {
    const s = scene()
    const epoch = s.epochOf(0, 10)
    s.intake.take(epoch, s.record(0, 12))
    s.intake.take(epoch, s.record(0, 25))
    expect(epoch.ledger.watermark).toBe(20)
    expect(epoch.ledger.expected).toBe(20)
  })

  it('reads only records with the key, if there is one', () => {
    const s = scene('x')
    const epoch = s.epochOf(0, 10)
    s.intake.take(epoch, s.record(0, 10, 'y'))
    s.intake.take(epoch, s.record(0, 11, 'x'))
    s.intake.take(epoch, { ...s.record(0, 12), key: null })
    expect(s.taken).toEqual([11])
    expect(epoch.ledger.watermark).toBe(13)
  })

  it('reads nothing from a partition that is not in the plan', () => {
    const s = scene()
    const epoch = s.epochOf(1, 0)
    expect(s.intake.take(epoch, s.record(1, 0))?.why).toBe('the end of its range')
    expect(s.taken).toEqual([])
  })
})
