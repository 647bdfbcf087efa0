import type { Batch } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import type { SourceRecord } from '../../../../src/event/record.ts'
import { PartitionReading } from '../../../../src/kafka/reader/partition-reading.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

function reading(first: number, end: number) {
  const clock = new ManualClock()
  const values: string[] = []
  const request = {
    topic: 'marks',
    partition: 3,
    maxRecords: 100,
    lost: new AbortController().signal,
    onRecord: ({ value }: SourceRecord) => void values.push(String(value)),
  }
  const limits = { clock, stalledAfterMs: 1_000 }
  return { clock, values, reading: new PartitionReading(request, { first, end }, limits) }
}

/** A batch with records of these offsets, as a fetch from an offset returns it. */
function batch(fetchedOffset: number, offsets: number[], lastOffset = offsets.at(-1)): Batch {
  const messages = offsets.map((offset) => ({
    offset: `${offset}`,
    value: Buffer.from(`${offset}`),
    timestamp: '0',
  }))
  return { fetchedOffset: `${fetchedOffset}`, messages, lastOffset: () => `${lastOffset}` } as never
}

describe('PartitionReading', () => {
  it('ends at its end, and takes no record beyond it', async () => {
    const { reading: subject, values } = reading(2, 5)
    await subject.take(batch(2, [2, 3]), async () => {})
    await subject.take(batch(4, [4, 5, 6]), async () => {})
    await subject.finished
    await subject.take(batch(7, [7]), async () => {})
    expect(values).toEqual(['2', '3', '4'])
  })

  it('skips offsets without records', async () => {
    const { reading: subject, values } = reading(0, 10)
    await subject.take(batch(0, [0], 4), async () => {})
    subject.passTo(10)
    await subject.finished
    expect(values).toEqual(['0'])
  })

  it('fails at a batch that leaves a gap', async () => {
    const { reading: subject, values } = reading(0, 10)
    await subject.take(batch(4, [4, 5]), async () => {})
    await expect(subject.finished).rejects.toMatchObject({
      code: 'KAFKA_UNAVAILABLE',
      retryable: true,
      message: 'cannot read marks/3 from 0 to 10: the log has changed',
    })
    expect(values).toEqual([])
  })

  it('fails after a time without records, counted from the last batch', async () => {
    const { reading: subject, clock } = reading(0, 10)
    await clock.advance(900)
    await subject.take(batch(0, [0]), async () => {})
    await clock.advance(900)
    subject.passTo(1)
    await clock.advance(100)
    await expect(subject.finished).rejects.toThrow('from 1 to 10: no records for 1 s')
  })
})
