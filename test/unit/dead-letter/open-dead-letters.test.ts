import { describe, expect, it } from 'vitest'
import { type Decision, decisionRecordOf } from '../../../src/dead-letter/decision.ts'
import { DLQ, REDRIVE } from '../../../src/dead-letter/headers.ts'
import { OpenDeadLetters } from '../../../src/dead-letter/open-dead-letters.ts'
import { type HeadersByName, headersOf } from '../../../src/event/headers.ts'
import type { SourceRecord } from '../../../src/event/record.ts'

const PARTITION = { topic: 't.dead-letters', partition: 3 }

describe('open dead letters', () => {
  it('are those of the group, with what cannot be read', () => {
    const open = opened(letter(0), letter(1, { group: 'other' }), record(2, {}))
    expect(open.plugins()).toEqual(['cold-chain', undefined])
  })

  it('are not those that were redriven or discarded', () => {
    const open = opened(letter(0), letter(1), letter(2), record(3, {}))
    open.letters.takeRedrive(redrive(0), PARTITION)
    open.letters.takeDeadLetter(discard(4, 1, 'mine'))
    open.letters.takeDeadLetter(discard(5, 3, ''))
    expect(open.offsets()).toEqual([2])
  })

  it('are those again that were restored, and the last decision counts', () => {
    const open = opened(letter(0), letter(1), letter(2))
    open.letters.takeDeadLetter(discard(3, 0, 'mine'))
    open.letters.takeDeadLetter(discard(4, 1, 'mine'))
    open.letters.takeDeadLetter(restore(5, 0, 'other'))
    open.letters.takeDeadLetter(restore(6, 2))
    expect(open.offsets()).toEqual([2])
    open.letters.takeDeadLetter(restore(7, 0))
    open.letters.takeDeadLetter(restore(8, 1, 'mine', '9@'))
    expect(open.offsets()).toEqual([2, 0])
    open.letters.takeDeadLetter(discard(9, 0, 'mine'))
    expect(open.offsets()).toEqual([2])
    open.letters.takeRedrive(redrive(0), PARTITION)
    open.letters.takeDeadLetter(restore(10, 0))
    expect(open.offsets()).toEqual([2])
    open.letters.takeDeadLetter(restore(11, 1))
    open.letters.removeBelow(2)
    expect(open.offsets()).toEqual([2])
  })

  it('stay open when another group settles its own, or another partition is meant', () => {
    const open = opened(letter(0))
    open.letters.takeRedrive(redrive(0, { group: 'other' }), PARTITION)
    open.letters.takeRedrive(redrive(0, { partition: 4 }), PARTITION)
    open.letters.takeRedrive(redrive(Number.NaN), PARTITION)
    open.letters.takeDeadLetter(discard(1, 0, 'other'))
    expect(open.offsets()).toEqual([0])
  })

  it('are not those whose redrive was read first', () => {
    const open = opened(letter(0))
    open.letters.takeRedrive(redrive(1), PARTITION)
    open.letters.takeDeadLetter(letter(1))
    open.letters.takeDeadLetter(letter(2))
    expect(open.offsets()).toEqual([0, 2])
  })

  it('stay open where a mirror gave them the place of another one', () => {
    const open = opened(letter(0))
    open.letters.takeRedrive(redrive(0, { origin: '9' }), PARTITION)
    open.letters.takeRedrive(redrive(1, { origin: '9' }), PARTITION)
    open.letters.takeDeadLetter(letter(1))
    open.letters.takeDeadLetter(discard(2, 0, 'mine', '9@'))
    expect(open.offsets()).toEqual([0, 1])
    open.letters.takeDeadLetter(discard(3, 0, 'mine', '7@'))
    open.letters.takeRedrive(redrive(1, { origin: '7' }), PARTITION)
    expect(open.offsets()).toEqual([])
  })

  it('are not those that Kafka has removed', () => {
    const open = opened(letter(0), letter(1), letter(5))
    open.letters.removeBelow(5)
    expect(open.offsets()).toEqual([5])
  })

  it('are limited, and read again when there is room', () => {
    const open = opened(...Array.from({ length: 20_001 }, (_, offset) => letter(offset)))
    expect(open.offsets()).toHaveLength(20_000)
    expect(open.letters.isIncomplete).toBe(false)
    open.letters.removeBelow(10_000)
    expect(open.letters.isIncomplete).toBe(true)
  })
})

function opened(...records: SourceRecord[]) {
  const letters = new OpenDeadLetters('mine')
  for (const each of records) letters.takeDeadLetter(each)
  return {
    letters,
    plugins: () => [...letters.values()].map(({ plugin }) => plugin),
    offsets: () => [...letters.values()].map(({ timestampMs }) => timestampMs),
  }
}

/** The timestamp is the offset, so that one can be told by it. */
function record(offset: number, headers: HeadersByName, value = ''): SourceRecord {
  return {
    ...PARTITION,
    offset,
    timestampMs: offset,
    key: null,
    value: Buffer.from(value),
    headers: headersOf(headers),
  }
}

function letter(offset: number, { group = 'mine' } = {}): SourceRecord {
  return record(offset, {
    [DLQ.plugin]: 'cold-chain',
    [DLQ.group]: group,
    [DLQ.topic]: 't',
    [DLQ.partition]: '3',
    [DLQ.offset]: '7',
  })
}

function redrive(
  of: number,
  more: { group?: string; partition?: number; origin?: string } = {},
): SourceRecord {
  const { group = 'mine', partition = 3, origin } = more
  const place = `t.dead-letters/${partition}@${of}`
  return record(0, {
    [REDRIVE.letter]: place,
    [REDRIVE.group]: group,
    [DLQ.offset]: origin,
  })
}

function discard(offset: number, of: number, groupId: string, origin?: string): SourceRecord {
  return decision('discard', offset, of, groupId, origin)
}

function restore(offset: number, of: number, groupId = 'mine', origin?: string): SourceRecord {
  return decision('restore', offset, of, groupId, origin)
}

function decision(
  type: Decision['type'],
  offset: number,
  of: number,
  groupId: string,
  origin?: string,
): SourceRecord {
  const place = `t.dead-letters/3@${of}`
  const audit = { by: 'me', at: '2026-01-01T00:00:00Z', why: 'done' }
  const { value, headers } = decisionRecordOf(
    { type, place, groupId, origin, ...audit },
    { ...PARTITION, key: null },
  )
  return { ...record(offset, {}, String(value)), headers }
}
