import { describe, expect, it, vi } from 'vitest'
import type { SourceRecord } from '../../../../src/event/record.ts'
import { LogReader } from '../../../../src/kafka/reader/log-reader.ts'
import { PartitionReader } from '../../../../src/kafka/reader/partition-reader.ts'
import { InflateLimit } from '../../../../src/kafka/records/inflate-limit.ts'
import { splitBatches } from '../../../../src/kafka/records/split-batches.ts'
import { batchAt, fakeCluster, holding, type Respond } from '../../../support/fake-cluster.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { plainRecord, recordBatch } from '../../../support/record-batches.ts'

const [NOT_LEADER, OFFSET_OUT_OF_RANGE, AUTHORIZATION_FAILED] = [6, 1, 29]

function situation(first: number, end: number, respond: Respond) {
  const clock = new ManualClock()
  const fake = fakeCluster(clock, 1)
  fake.respond = respond
  const values: string[] = []
  const lost = new AbortController()
  const onRecord = vi.fn(async ({ value }: SourceRecord): Promise<void> => {
    values.push(String(value))
  })
  const request = { topic: 'events', partition: 0, lost: lost.signal, onRecord }
  const ports = { cluster: fake.cluster, clock, inflateLimit: new InflateLimit() }
  const read = async () => {
    const reading = new PartitionReader(request, { first, end }, ports).readAll()
    const outcome = reading.then(
      () => 'read',
      (error) => error,
    )
    for (let second = 0; second < 20; second++) {
      for (let turn = 0; turn < 20; turn++) await settled()
      await clock.advance(1_000)
    }
    return outcome
  }
  return { clock, fake, values, lost, onRecord, read }
}

const log =
  (end: number, each = 2): Respond =>
  ({ offset }) =>
    offset < end ? holding(batchAt(offset, Math.min(each, end - offset))) : undefined

const unavailable = (message: string) => ({ code: 'KAFKA_UNAVAILABLE', retryable: true, message })

describe('a partition', () => {
  it('is read up to its end, and no record beyond it', async () => {
    const { read, values, fake } = situation(2, 5, log(100))
    expect(await read()).toBe('read')
    expect(values).toEqual(['2', '3', '4'])
    expect(fake.requests).toHaveLength(2)
  })

  it('is read from inside a batch', async () => {
    const { read, values } = situation(3, 5, () => holding(batchAt(0, 9)))
    expect(await read()).toBe('read')
    expect(values).toEqual(['3', '4'])
  })

  it('has offsets without records', async () => {
    const gaps: Respond = ({ offset }) =>
      offset === 0
        ? holding(batchAt(0, 1, { lastOffsetDelta: 4 }), batchAt(5, 0, { lastOffsetDelta: 4 }))
        : undefined
    const { read, values } = situation(0, 10, gaps)
    expect(await read()).toBe('read')
    expect(values).toEqual(['0'])
  })

  it('has batches that are not to be handed over', async () => {
    const { batches } = splitBatches(Buffer.concat([batchAt(0), batchAt(1), batchAt(2)]))
    const { read, values } = situation(0, 3, () => ({ batches, skipped: new Set([batches[1]!]) }))
    expect(await read()).toBe('read')
    expect(values).toEqual(['0', '2'])
  })

  it('of nothing asks nobody', async () => {
    const { read, fake } = situation(5, 5, log(100))
    expect(await read()).toBe('read')
    expect(fake.requests).toHaveLength(0)
  })

  it('waits for what the reader promises', async () => {
    const { read, onRecord, clock, values } = situation(0, 3, log(3, 1))
    onRecord.mockImplementation(async ({ value }) => {
      await clock.sleep(1_000)
      values.push(String(value))
    })
    expect(await read()).toBe('read')
    expect(values).toEqual(['0', '1', '2'])
  })
})

describe('a reading fails', () => {
  it('after 15 s without records, without a busy loop', async () => {
    const { read, fake } = situation(0, 10, () => undefined)
    expect(await read()).toMatchObject(
      unavailable('cannot read events/0 from 0 to 10: no records for 15 s'),
    )
    expect(fake.requests.length).toBeLessThanOrEqual(31)
  })

  it('after 15 s without records, counted from the last one', async () => {
    const { read, fake } = situation(0, 10, ({ offset, atMs }) =>
      offset === 0 && atMs >= 3_000 ? holding(batchAt(0)) : undefined,
    )
    expect(await read()).toMatchObject(
      unavailable('cannot read events/0 from 1 to 10: no records for 15 s'),
    )
    expect(fake.requests.at(-1)!.atMs).toBeGreaterThan(17_000)
  })

  it('while a handler takes long it does not', async () => {
    const { read, onRecord, clock } = situation(0, 2, log(2, 1))
    onRecord.mockImplementation(() => clock.sleep(9_000))
    expect(await read()).toBe('read')
  })

  it('after 15 s of errors, with the last one, and asks for metadata meanwhile', async () => {
    const { read, fake } = situation(0, 10, () => ({ errorCode: NOT_LEADER }))
    const message = 'cannot read events/0 from 0 to 10: cannot fetch: NOT_LEADER_FOR_PARTITION'
    expect(await read()).toMatchObject(unavailable(message))
    expect(fake.requests.length).toBeLessThanOrEqual(22)
    expect(fake.refreshes).toBe(fake.requests.length)
  })

  it('after 15 s without a leader', async () => {
    const s = situation(0, 10, () => undefined)
    s.fake.leaders.clear()
    expect(await s.read()).toMatchObject({
      message: expect.stringContaining('the partition has no leader'),
    })
    expect(s.fake.refreshes).toBeLessThanOrEqual(22)
  })

  it('at once where the log has changed', async () => {
    const { read, fake } = situation(0, 10, () => ({ errorCode: OFFSET_OUT_OF_RANGE }))
    expect(await read()).toMatchObject(
      unavailable('cannot read events/0 from 0 to 10: the log has changed'),
    )
    expect(fake.requests.length).toBeLessThanOrEqual(1)
  })

  it('at once where the user lacks the right', async () => {
    const { read, fake } = situation(0, 10, () => ({ errorCode: AUTHORIZATION_FAILED }))
    expect(await read()).toMatchObject({ code: 'KAFKA_REFUSED' })
    expect(fake.requests).toHaveLength(1)
  })

  it('at a batch whose checksum is wrong', async () => {
    const bytes = batchAt(0)
    bytes[bytes.length - 2]! ^= 1
    const { read, values } = situation(0, 1, () => holding(bytes))
    const message =
      'cannot read events/0 from 0 to 1: corrupt batch: the checksum does not match the bytes'
    expect(await read()).toMatchObject(unavailable(message))
    expect(values).toEqual([])
  })

  it('at a batch that states to end before it, whose checksum is wrong', async () => {
    const bytes = batchAt(0)
    bytes.writeInt32BE(-9, 23)
    const { read, values } = situation(0, 2, () => holding(bytes, batchAt(1)))
    expect(await read()).toMatchObject({
      message: expect.stringContaining('corrupt batch: the checksum'),
    })
    expect(values).toEqual([])
  })

  it('at bytes that are no batch, behind what can be read', async () => {
    const bad = batchAt(1)
    bad.writeInt32BE(-5, 8)
    const { read, values, fake } = situation(0, 3, ({ offset }) =>
      offset === 0 ? holding(batchAt(0), bad) : holding(bad),
    )
    const message = 'cannot read events/0 from 1 to 3: corrupt batch: a batch states -5 bytes'
    expect(await read()).toMatchObject(unavailable(message))
    expect([values, fake.requests.length]).toEqual([['0'], 1])
  })

  it.each([
    ['record', Buffer.from([0x7e, 0, 0, 0])],
    ['header', Buffer.from([0x12, 0, 0, 0, 1, 1, 2, 0x7e, 0, 0])],
  ])('at a %s that is corrupt though its checksum is right', async (_, body) => {
    const bytes = recordBatch([plainRecord(0, '')], { compress: () => body })
    const { read } = situation(0, 1, () => holding(bytes))
    expect(await read()).toMatchObject(
      unavailable(
        expect.stringMatching(/^cannot read events\/0 from 0 to 1: corrupt batch: a /) as never,
      ),
    )
  })

  it('with what the reader throws', async () => {
    const { read, onRecord } = situation(0, 3, log(3))
    onRecord.mockRejectedValueOnce(new Error('no'))
    expect(await read()).toEqual(new Error('no'))
  })

  it.each([2, 3])(
    'when the partition is lost, also in the middle of its last batch (of %i)',
    async (count) => {
      const s = situation(0, 2, log(10, count))
      s.onRecord.mockImplementationOnce(async () => s.lost.abort())
      expect(await s.read()).toMatchObject(
        unavailable('cannot read events/0 from 0 to 2: the partition was lost'),
      )
      expect(s.onRecord).toHaveBeenCalledTimes(1)
    },
  )
})

it('goes on when an error is over', async () => {
  const { read, values } = situation(0, 3, (asked) =>
    asked.atMs < 5_000 ? { errorCode: NOT_LEADER } : log(3)(asked),
  )
  expect(await read()).toBe('read')
  expect(values).toEqual(['0', '1', '2'])
})

describe('a log reader', () => {
  function reader(low: number, high: number) {
    const s = situation(0, 0, log(high))
    const send = s.fake.cluster.send.bind(s.fake.cluster)
    let errorCode = 0
    Object.assign(s.fake.cluster, {
      want: async () => {},
      send: (...args: Parameters<typeof send>) => {
        const [, , request, body] = args
        if ((request as { name: string }).name !== 'ListOffsets') return send(...args)
        const { topics } = body as unknown as {
          topics: { topic: string; partitions: { partition: number; timestampMs: number }[] }[]
        }
        const partitions = topics.flatMap(({ topic, partitions: queries }) =>
          queries.map(({ partition, timestampMs }) => ({
            topic,
            partition,
            errorCode,
            offset: timestampMs === -1 ? high : low,
          })),
        )
        return Promise.resolve({ partitions })
      },
    })
    const logReader = new LogReader({ cluster: s.fake.cluster, topics: ['events'], clock: s.clock })
    const read = async (options: object) => {
      const request = { topic: 'events', partition: 0, lost: s.lost.signal, onRecord: s.onRecord }
      const outcome = logReader.read({ ...request, ...options }).catch((error) => error)
      for (let second = 0; second < 20; second++) {
        for (let turn = 0; turn < 20; turn++) await settled()
        await s.clock.advance(1_000)
      }
      return outcome
    }
    const fail = (code: number) => {
      errorCode = code
    }
    return { ...s, read, fail }
  }

  it.each([
    [{}, { first: 10, end: 20 }],
    [{ from: 15 }, { first: 15, end: 20 }],
    [
      { from: 3, to: 12 },
      { first: 10, end: 12 },
    ],
    [{ to: 99 }, { first: 10, end: 20 }],
    [{ maxRecords: 4 }, { first: 16, end: 20 }],
    [
      { from: 18, maxRecords: 4 },
      { first: 18, end: 20 },
    ],
    [{ from: 30 }, { first: 30, end: 20 }],
  ])('reads the range of %o', async (options, range) => {
    const { read, values } = reader(10, 20)
    expect(await read(options)).toEqual({ low: 10, ...range })
    expect(values).toHaveLength(Math.max(0, range.end - range.first))
  })

  it('asks for the range again while a leader is elected, and gives up', async () => {
    const s = reader(10, 20)
    s.fail(NOT_LEADER)
    expect(await s.read({})).toMatchObject({ code: 'KAFKA_UNAVAILABLE' })
    expect(s.fake.refreshes).toBe(8)
  })

  it('says that a partition is not there', async () => {
    const s = reader(10, 20)
    expect(await s.read({ partition: 7 })).toMatchObject({
      code: 'TOPIC_MISSING',
      message:
        'topic events has no partition 7: expected as many partitions as its input has, got 1',
    })
  })

  it('does not ask again when the user lacks the right', async () => {
    const s = reader(10, 20)
    s.fail(AUTHORIZATION_FAILED)
    expect(await s.read({})).toMatchObject({ code: 'KAFKA_REFUSED' })
    expect(s.fake.refreshes).toBe(0)
  })
})
