import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SourceRecord } from '../../src/event/record.ts'
import { openCluster } from '../../src/kafka/client/client.ts'
import { LogReader } from '../../src/kafka/reader/log-reader.ts'
import { InflateLimit } from '../../src/kafka/records/inflate-limit.ts'
import { BatchOpener } from '../../src/kafka/records/open-batch.ts'
import { RecordBatch } from '../../src/kafka/records/record-batch.ts'
import { splitBatches } from '../../src/kafka/records/split-batches.ts'
import { systemClock } from '../../src/util/clock.ts'
import { javaMissing } from '../support/java-avro.ts'
import {
  type BatchesRead,
  type BatchesTask,
  type JavaBatch,
  type JavaRecord,
  type ProducerStep,
  readBatchesJava,
  transactionsJava,
} from '../support/java-kafka.ts'
import { recordBatch } from '../support/record-batches.ts'
import { createTopics, serviceClient, uniqueName } from '../support/stack.ts'

const missing = javaMissing()
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const SEED = 14

const hex = (maxLength: number) =>
  fc.uint8Array({ maxLength, size: 'max' }).map((bytes) => Buffer.from(bytes).toString('hex'))
const maybeHex = (maxLength: number) => fc.option(hex(maxLength), { freq: 4 })
const names = fc.constantFrom('a', 'b', '', 'ä€😀', '__proto__', 'constructor', 'x'.repeat(300))
const headers = fc.array(fc.tuple(names, maybeHex(20)), { maxLength: 6 })
const records = fc.record({
  // Brokers refuse what lies in the future.
  timestamp: fc.oneof(fc.nat(2 ** 31 - 1), fc.integer({ min: 0, max: 1_700_000_000_000 })),
  key: maybeHex(30),
  value: maybeHex(400),
  headers,
})

/** A part of a log: batches one after the other, some offsets between them missing. */
const logs: fc.Arbitrary<BatchesTask> = fc
  .record({
    drawn: fc.array(
      fc.record({
        gap: fc.constantFrom(0, 0, 0, 1, 1_000),
        codec: fc.constantFrom(...CODECS),
        appendTime: fc.constantFrom(-1, -1, 1_700_000_000_000),
        producerId: fc.constantFrom(-1, 5, 2 ** 40),
        isTransactional: fc.boolean(),
        records: fc.array(records, { minLength: 1, maxLength: 8 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    start: fc.constantFrom(0, 1, 2 ** 33),
    removed: fc.array(fc.nat(40), { maxLength: 20 }),
    cut: fc.oneof(fc.constant(0), fc.nat(600)),
  })
  .map(({ drawn, start, removed, cut }) => {
    let next = start
    const batches = drawn.map(({ gap, ...batch }): JavaBatch => {
      const baseOffset = next + gap
      next = baseOffset + batch.records.length
      return { ...batch, baseOffset, records: batch.records as JavaBatch['records'] }
    })
    return { batches, removed: removed.map((nth) => start + nth), cut }
  })

function recordOf({ offset, timestampMs, key, value, headers }: SourceRecord): JavaRecord {
  const text = (bytes: unknown) => (bytes === null ? null : (bytes as Buffer).toString('hex'))
  const all = [...headers].map(({ name, value: each }): [string, string | null] => [
    String(name),
    text(each),
  ])
  return { offset, timestamp: timestampMs, key: text(key), value: text(value), headers: all }
}

async function readOurs(bytes: Buffer): Promise<BatchesRead['batches']> {
  const opener = new BatchOpener({ topic: 'events', partition: 0 }, new InflateLimit())
  const read: BatchesRead['batches'] = []
  for (const batch of splitBatches(bytes).batches) {
    if (!(batch instanceof RecordBatch)) throw new Error('not a batch')
    const open = await opener.open(batch)
    const all: JavaRecord[] = []
    for (let next = open.records.next(); next !== undefined; next = open.records.next()) {
      all.push(recordOf(next))
    }
    open.close()
    const { lastOffset, isTransactional } = batch
    read.push({ lastOffset, isTransactional, producerId: Number(batch.producerId), records: all })
  }
  return read
}

/** Java makes one replacement character of what is several to others. */
function namesOf({ records: read }: BatchesRead['batches'][0]): string[][] {
  return read.map(({ headers: all }) => all.map(([name]) => name.replace(/\ufffd+/g, '\ufffd')))
}

/** Names that are no UTF-8, which Java's writer cannot write. */
const rawNames = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(
    ...['ff', 'c3', 'e282', 'f09f98', 'eda080', 'c080', 'f8888080'].map((each) =>
      Buffer.from(each, 'hex'),
    ),
  ),
)
const rawBatches = fc
  .array(
    fc.array(fc.tuple(rawNames, fc.constantFrom(null, Buffer.from('value'))), { maxLength: 6 }),
    { minLength: 1, maxLength: 5 },
  )
  .map((all) =>
    recordBatch(
      all.map((each, offsetDelta) => {
        return { offsetDelta, timestampDeltaMs: 0, key: null, value: null, headers: each }
      }),
    ),
  )

describe.skipIf(missing !== undefined)(`record batches${missing ? ` (no ${missing})` : ''}`, () => {
  it('that Java has written, compacted and cut off are read as Java reads them', async () => {
    const tasks = fc.sample(logs, { numRuns: 300, seed: SEED })
    const answers = await readBatchesJava(tasks)
    expect(answers).toHaveLength(tasks.length)
    for (const { hex: bytes, batches } of answers) {
      expect(await readOurs(Buffer.from(bytes, 'hex'))).toEqual(batches)
    }
    const all = answers.flatMap(({ batches }) => batches)
    expect(all.some(({ records: left }) => left.length === 0)).toBe(true)
    expect(all.flatMap((batch) => batch.records).length).toBeGreaterThan(2_000)
  })

  it('are cut off at any byte as Java cuts them off', async () => {
    const [task] = fc.sample(logs, { numRuns: 1, seed: SEED + 1 }) as [
      BatchesTask & { cut: number },
    ]
    const [whole] = await readBatchesJava([{ ...task, cut: 0 }])
    const bytes = Buffer.from(whole!.hex, 'hex')
    const step = Math.ceil(bytes.length / 200)
    const cuts = Array.from({ length: Math.floor(bytes.length / step) }, (_, n) => {
      return bytes.subarray(0, n * step)
    })
    const answers = await readBatchesJava(cuts.map((each) => ({ hex: each.toString('hex') })))
    for (const [n, { batches }] of answers.entries()) {
      const ours = await readOurs(cuts[n]!)
      expect(ours.map(({ lastOffset }) => lastOffset)).toEqual(
        batches.map((each) => each.lastOffset),
      )
    }
  })

  it('have header names that are no UTF-8, which become replacement characters as in Java', async () => {
    const tasks = fc.sample(rawBatches, { numRuns: 300, seed: SEED })
    const answers = await readBatchesJava(tasks.map((bytes) => ({ hex: bytes.toString('hex') })))
    for (const [n, { batches }] of answers.entries()) {
      const ours = await readOurs(tasks[n]!)
      expect(ours.map(namesOf)).toEqual(batches.map(namesOf))
    }
  })

  it.each(['CreateTime', 'LogAppendTime'])(
    'of transactions that overlap are read as Java’s consumer reads them, with %s',
    async (type) => {
      const topic = uniqueName('transactions')
      const configEntries = [{ name: 'message.timestamp.type', value: type }]
      await createTopics({ topic, configEntries })
      const java = await transactionsJava(topic, stepsOf(SEED))
      const cluster = openCluster(serviceClient(), systemClock)
      const reader = new LogReader({ cluster, topics: [topic], clock: systemClock })
      await reader.start()
      const ours: JavaRecord[] = []
      const onRecord = (record: SourceRecord) => void ours.push(recordOf(record))
      const { signal: lost } = new AbortController()
      await reader.read({ topic, partition: 0, lost, onRecord }).finally(() => reader.close())
      expect(java.length).toBeGreaterThan(100)
      expect(ours).toEqual(java)
    },
  )
})

/** Five producers in turn, of which four have a transaction now and then. */
function stepsOf(seed: number): ProducerStep[] {
  const drawn = fc.sample(
    fc.record({
      producer: fc.nat(4),
      record: records,
      isLast: fc.boolean(),
      end: fc.constantFrom('commit', 'abort', undefined, undefined, undefined, undefined),
    }),
    { numRuns: 400, seed },
  )
  const open = new Set<number>()
  const steps: ProducerStep[] = []
  for (const { producer, record, isLast, end } of drawn) {
    const codec = CODECS[producer]!
    if (producer > 0 && !open.has(producer)) {
      open.add(producer)
      steps.push({ producer, codec, step: 'begin' })
    }
    steps.push({ producer, codec, step: 'send', record: record as JavaBatch['records'][0], isLast })
    if (end !== undefined && open.delete(producer))
      steps.push({ producer, codec, step: end as 'commit' })
  }
  for (const producer of open) steps.push({ producer, codec: CODECS[producer]!, step: 'abort' })
  return steps
}
