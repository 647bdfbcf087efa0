import { expect, it } from 'vitest'
import { headersOf } from '../../../src/event/headers.ts'
import type { SourceRecord } from '../../../src/event/record.ts'
import type { ReadRecord } from '../../../src/explain/event-reader.ts'
import { type FoundEvent, findEvent } from '../../../src/explain/find-event.ts'

const record = (value: string | null, headers = {}): SourceRecord => {
  const bytes = value === null ? null : Buffer.from(value)
  return {
    topic: 't',
    partition: 0,
    offset: 1,
    timestampMs: 0,
    key: null,
    value: bytes,
    headers: headersOf(headers),
  }
}

/** A value is the event's id, optionally followed by a colon and other text. */
async function found(id: string, records: SourceRecord[]) {
  const all: FoundEvent[] = []
  let reads = 0
  const reader = {
    async read({ value }: SourceRecord): Promise<ReadRecord> {
      reads += 1
      if (value === null) return { type: 'tombstone' }
      const text = value.toString()
      if (text.startsWith('away')) throw new Error('the registry is away')
      if (text.startsWith('bad')) return { type: 'undecodable', why: 'it is bad' }
      return { type: 'event', id: text.split(':')[0] } as ReadRecord
    },
  }
  const onRecord = findEvent(id, reader, (each) => all.push(each))
  for (const each of records) await onRecord(each)
  return { all, reads }
}

it('finds the events with the id, and decodes only records that may have it', async () => {
  const records = [record('e1:x'), record('e2:e1'), record('e3'), record('e1')]
  const { all, reads } = await found('e1', records)
  expect(all.map((each) => String(each.record.value))).toEqual(['e1:x', 'e1'])
  expect(reads).toBe(3)
})

it('finds what is no event by its headers, or without them by its bytes', async () => {
  const ce_id = Buffer.from('e1')
  const { all } = await found('e1', [
    record('bad', { ce_id }),
    record('away', { ce_id: 'e1' }),
    record('bad e1'),
    record('away e1'),
    record('bad', { 'dlq.event-id': 'e1' }),
    record(null, { ce_id }),
    record(null, { 'dlq.event-id': 'e1' }),
    // Headers name another event, or the payload is one.
    record('e2', { ce_id }),
    record('bad e1', { ce_id: 'e2' }),
    record('bad e1', { 'dlq.event-id': 'e2' }),
    record('bad'),
    record(null),
  ])
  expect(all.map(({ read, knownBy }) => [read.type, knownBy])).toEqual([
    ['undecodable', 'ce_id'],
    ['waiting', 'ce_id'],
    ['undecodable', 'bytes'],
    ['waiting', 'bytes'],
    ['undecodable', 'dlq.event-id'],
    ['tombstone', 'ce_id'],
    ['tombstone', 'dlq.event-id'],
  ])
})

it('copies records, because their bytes are views into a buffer that is reused', async () => {
  const view = record('e1')
  const { all } = await found('e1', [view])
  view.value?.fill(0)
  expect(String(all[0]?.record.value)).toBe('e1')
})
