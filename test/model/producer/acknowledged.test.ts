import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Sender } from '../../../src/kafka/producer/sender.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { Brokers, FATES, type Fate } from './brokers.ts'

const RUNS = Number(process.env.MODEL_RUNS ?? 500)
const PARTITIONS = 3
/** Shorter than a request may take, so that sends are given up while their batch is under way. */
const SEND_LIMIT_MS = 3_000
const LONGEST_MS = 12_000

type Step =
  | { type: 'send'; partition: number; count: number }
  | { type: 'wait'; ms: number }
  | { type: 'move'; partition: number }

interface Send {
  partition: number
  values: string[]
  outcome: 'pending' | 'written' | 'failed'
  offset: number
}

const partition = fc.nat(PARTITIONS - 1)
const ms = fc.nat(LONGEST_MS)
const count = fc.integer({ min: 1, max: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('send' as const), partition, count }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('wait' as const), ms }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('move' as const), partition }) },
)
const fate: fc.Arbitrary<Fate> = fc.record({ type: fc.constantFrom(...FATES), afterMs: ms })
const producerCase = fc.record({
  steps: fc.array(step, { maxLength: 25 }),
  fates: fc.array(fate, { maxLength: 20 }),
})

async function run({ steps, fates }: { steps: Step[]; fates: Fate[] }) {
  const clock = new ManualClock()
  const brokers = new Brokers(PARTITIONS, fates, clock)
  const producer = { producerId: 7n, epoch: 0 }
  const sender = new Sender({ cluster: brokers.cluster, clock, producer, maxRequestBytes: 1e6 })
  const sends: Send[] = []

  function send(place: number, size: number): void {
    const values = Array.from({ length: size }, (_, n) => `${sends.length}.${n}`)
    const sent: Send = { partition: place, values, outcome: 'pending', offset: -1 }
    sends.push(sent)
    sender.add(
      { topic: 't', partition: place },
      {
        records: values.map((value) => ({ key: null, value: Buffer.from(value), timestampMs: 0 })),
        bytes: size,
        deadlineMs: clock.elapsedMs() + SEND_LIMIT_MS,
        written: (offset) => Object.assign(sent, { outcome: 'written', offset }),
        failed: () => Object.assign(sent, { outcome: 'failed' }),
      },
    )
  }
  for (const each of steps) {
    if (each.type === 'send') send(each.partition, each.count)
    if (each.type === 'wait') await clock.advance(each.ms)
    if (each.type === 'move') brokers.move(each.partition)
  }
  brokers.elect()
  // By then each fate is over, and nothing that was late is still to come.
  await clock.advance(fates.length * LONGEST_MS + SEND_LIMIT_MS)
  return { sends, logs: brokers.logs.map(({ values }) => values) }
}

it('what is acknowledged is in the log, once, in order, where it was said to be', async () => {
  const isRight = async (each: { steps: Step[]; fates: Fate[] }) => {
    const { sends, logs } = await run(each)
    expect(sends.filter(({ outcome }) => outcome === 'pending')).toEqual([])
    for (const [place, values] of logs.entries()) {
      expect(new Set(values).size).toBe(values.length)
      const written = sends.filter((send) => send.partition === place && send.outcome === 'written')
      const said = written.map(({ offset, values: { length } }) =>
        values.slice(offset, offset + length),
      )
      expect(said).toEqual(written.map((send) => send.values))
      const offsets = written.map(({ offset }) => offset)
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
    }
  }
  await fc.assert(fc.asyncProperty(producerCase, isRight), { numRuns: RUNS })
})
