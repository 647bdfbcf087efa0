import { describe, expect, it } from 'vitest'
import {
  formerWord,
  isFormer,
  markOf,
  outcomeAt,
  packMarks,
  packOutcomes,
  unpackMarks,
} from '../../../../src/idempotency/kafka/mark-format.ts'

/** The same mark in both versions of a record. */
const MARK_1 = '01c0efbdad57a02ddf49e764dc44863b03'
const MARK_2 = '02c0efbdad57a02ddf49e764dc90368f8d'

const key = { groupId: 'group', plugin: 'plugin', eventId: 'evt_1' }

function unpack(bytes: Buffer | null): number[][] | undefined {
  const marks: number[][] = []
  return unpackMarks(bytes, (mark) => marks.push([...mark])) ? marks : undefined
}

describe('the format of marks', () => {
  it('does not change between versions', () => {
    expect(packMarks([markOf(key, 'fingerprint')]).toString('hex')).toBe(MARK_2)
  })

  it('of version 1 stays valid: such a mark says which fingerprint it is of', () => {
    const [mark] = unpack(Buffer.from(MARK_1, 'hex')) as [number[]]
    const [word, now] = [mark[3] as number, markOf(key, 'fingerprint')]
    expect(mark.slice(0, 3)).toEqual([...now.slice(0, 3)])
    expect([isFormer(word), isFormer(now[3] as number)]).toEqual([true, false])
    expect(formerWord('fingerprint')).toBe(word)
    expect(formerWord('another')).not.toBe(word)
  })

  it('unpacks what was packed', () => {
    const marks = Array.from({ length: 1_000 }, (_, n) =>
      markOf({ ...key, eventId: `evt_${n}` }, `${n}`),
    )
    expect(unpack(packMarks(marks))).toEqual(marks.map((mark) => [...mark]))
    expect(unpack(packMarks([]))).toEqual([])
  })

  it('has the outcome of each mark beside it, where it was written', () => {
    const outcomes = ['processed', 'skipped', 'rejected', 'dead-lettered'] as const
    const packed = packOutcomes(outcomes)
    expect(String(packed)).toBe('psrd')
    expect(outcomes.map((_, n) => outcomeAt(packed, n))).toEqual(outcomes)
    expect([outcomeAt(packed, 4), outcomeAt(undefined, 0), outcomeAt(Buffer.from('x'), 0)]).toEqual(
      [undefined, undefined, undefined],
    )
  })

  it('distinguishes group, plugin, id and fingerprint', () => {
    const marks = [
      markOf(key, 'f'),
      markOf({ ...key, groupId: 'other' }, 'f'),
      markOf({ ...key, plugin: 'other' }, 'f'),
      markOf({ ...key, eventId: 'other' }, 'f'),
      markOf({ groupId: 'groupp', plugin: 'lugin', eventId: 'evt_1' }, 'f'),
    ]
    expect(new Set(marks.map((mark) => mark.slice(0, 3).join())).size).toBe(marks.length)
    expect(markOf(key, 'g').slice(0, 3)).toEqual(marks[0]!.slice(0, 3))
    expect(markOf(key, 'g')[3]).not.toBe(marks[0]![3])
  })

  it.each([
    ['another version', Buffer.concat([Buffer.from([3]), Buffer.alloc(16)])],
    ['half a mark', Buffer.concat([Buffer.from([1]), Buffer.alloc(17)])],
    ['no byte', Buffer.alloc(0)],
    ['no value', null],
  ])('rejects %s', (_, bytes) => {
    expect(unpack(bytes)).toBeUndefined()
  })
})
