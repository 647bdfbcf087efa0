import { expect, it } from 'vitest'
import { LetterIndex } from '../../../src/console/dead-letters/letter-index.ts'
import { DLQ } from '../../../src/dead-letter/headers.ts'
import {
  decisionRecord,
  LETTERS,
  letterRecord,
  placeAt,
  redriveRecord,
} from '../../support/dead-letters.ts'

function indexOf(count: number, openMax?: number): LetterIndex {
  const index = new LetterIndex('mine', openMax)
  for (let offset = 0; offset < count; offset += 1) index.takeDeadLetter(letterRecord(offset))
  return index
}

const offsets = (rows: Iterable<{ offset: number }>) => [...rows].map(({ offset }) => offset)

it('has the dead letters of its group, and what cannot be read', () => {
  const index = indexOf(1)
  index.takeDeadLetter(letterRecord(1, { [DLQ.group]: 'other' }))
  index.takeDeadLetter(letterRecord(2, { [DLQ.group]: '', [DLQ.plugin]: '' }))
  expect(index.at(placeAt(0))).toMatchObject({
    ...{
      plugin: 'cold-chain',
      reason: 'exhausted',
      errorType: 'TypeError',
      kind: 'inventory.moved',
    },
    ...{ errorAt: 'cold-chain.ts:14:20', id: 'evt-0', entity: 'lot-0', attempts: 3, refused: null },
    shape: 'no shelf … in hall …',
  })
  expect(index.at(placeAt(1))).toBeUndefined()
  expect(index.at(placeAt(2))).toMatchObject({ reason: 'unreadable', plugin: '' })
  expect(index.at(placeAt(2))?.refused).not.toBeNull()
})

it('knows what was redriven, whether or not that is read first', () => {
  const index = indexOf(0)
  index.takeRedrive(redriveRecord(1))
  index.takeRedrive(redriveRecord(2, { [DLQ.offset]: '9' }))
  for (const offset of [0, 1, 2]) index.takeDeadLetter(letterRecord(offset))
  index.takeRedrive(redriveRecord(0))
  index.endRound()
  expect(offsets(index.open())).toEqual([2])
  expect(index.at(placeAt(0))).toMatchObject({ status: 'redriven', settledMs: 5_000 })
})

it('follows discards and restores; what was redriven stays so', () => {
  const index = indexOf(3)
  index.takeDeadLetter(decisionRecord('discard', 3, 0))
  index.takeDeadLetter(decisionRecord('discard', 4, 1))
  index.takeDeadLetter(decisionRecord('discard', 5, 2, 'other'))
  expect(index.at(placeAt(0))).toMatchObject({ status: 'discarded', by: 'ann', why: 'counted' })
  index.takeDeadLetter(decisionRecord('restore', 6, 0))
  expect(index.at(placeAt(0))).toMatchObject({ status: 'open', by: null, why: null })
  index.takeRedrive(redriveRecord(1))
  index.takeDeadLetter(decisionRecord('restore', 7, 1))
  index.takeDeadLetter(decisionRecord('restore', 8, 2))
  expect(index.at(placeAt(1))?.status).toBe('redriven')
  expect(offsets(index.open())).toEqual([2, 0])
  expect(index.leftOut).toBe(0)
})

it('forgets what Kafka has removed, in that partition only', () => {
  const index = indexOf(3)
  index.takeDeadLetter({ ...letterRecord(0), partition: 4 })
  index.takeDeadLetter(decisionRecord('discard', 3, 0))
  index.removeBelow(LETTERS, 2)
  expect(offsets(index.open())).toEqual([2, 0])
  expect(offsets(index.settled())).toEqual([])
})

it('is bounded, says what it leaves out, and wants to be read again when there is room', () => {
  const index = indexOf(12, 10)
  expect([offsets(index.open()).length, index.leftOut, index.isIncomplete]).toEqual([10, 2, false])
  index.removeBelow(LETTERS, 5)
  expect(index.isIncomplete).toBe(true)
})

it('takes no room for what was redriven before it is read', () => {
  const index = new LetterIndex('mine', 10)
  for (let of = 0; of < 20; of += 1) index.takeRedrive(redriveRecord(of))
  for (let offset = 0; offset < 25; offset += 1) index.takeDeadLetter(letterRecord(offset))
  expect([offsets(index.open()), index.leftOut]).toEqual([[20, 21, 22, 23, 24], 0])
})
