import { waitUntil } from '../../src/dev/stack/process/poll.ts'
import type { OutgoingRecord } from '../../src/kafka/producer/message.ts'
import { createProducer } from '../../src/kafka/producer/producer.ts'
import type { Bench, BenchCase } from '../lib/bench.ts'
import { prepareTopic } from '../lib/dataset.ts'
import { createStream } from '../lib/events.ts'
import { withGroup } from '../lib/group.ts'
import { startReplicas } from '../lib/replicas.ts'
import { spreadOf } from '../lib/statistics.ts'

const RECORDS_MOST = 30_000
const LANES = 32
const WAIT_MS = 10
const CHUNK = 2_000
const LIMIT_MS = 300_000

export const replicas: BenchCase = {
  name: 'replicas',
  title: 'handler waits 10 ms in 32 lanes, 1 and 2 replicas',
  inQuick: false,
  async run(bench) {
    const rates: Record<1 | 2, number[]> = { 1: [], 2: [] }
    for (let round = 1; round <= Math.min(bench.rounds, 3); round++) {
      for (const count of [1, 2] as const) {
        const rate = await measure(bench, count, `bench.replicas.${round}.${count}`)
        bench.say(`  round ${round}, ${count}: ${Math.round(rate)} events/s`)
        rates[count].push(rate)
      }
    }
    const [one, two] = [spreadOf(rates[1]).median, spreadOf(rates[2]).median]
    return {
      rows: [],
      findings: [
        { what: '1 replica', value: one, unit: 'events/s' },
        { what: '2 replicas', value: two, unit: 'events/s' },
        { what: '2 replicas to 1', value: two / one, unit: '×' },
      ],
      notes: [
        'published while they run; where they wait for the processor, two share what one had',
      ],
    }
  },
}

/** Events per second, from the first sent to the last handled. */
async function measure(bench: Bench, count: number, topic: string): Promise<number> {
  const { kafka, brokers, registryUrl, dataset } = bench
  const toOutgoing = await prepareTopic(kafka, registryUrl, topic, dataset.partitions)
  const next = createStream(dataset)
  const total = Math.min(dataset.records, RECORDS_MOST)
  const records = Array.from({ length: total }, () => toOutgoing(next()))
  return withGroup(kafka, topic, async (groupId) => {
    const place = { brokers, registryUrl, topic, groupId, store: 'kafka:' }
    const job = { ...place, concurrency: LANES, waitMs: WAIT_MS }
    const running = await startReplicas(kafka, job, count)
    try {
      const startMs = performance.now()
      await send(bench, topic, records)
      const isDone = () => running.handled() >= total
      if (!(await waitUntil(isDone, { timeoutMs: LIMIT_MS, intervalMs: 10 }))) {
        throw new Error(`handled ${running.handled()} of ${total} in ${LIMIT_MS / 1_000} s`)
      }
      return (total / (performance.now() - startMs)) * 1_000
    } finally {
      await running.stop()
    }
  })
}

async function send({ kafka }: Bench, topic: string, records: OutgoingRecord[]): Promise<void> {
  const producer = await createProducer(kafka)
  for (let from = 0; from < records.length; from += CHUNK) {
    await producer.send(topic, records.slice(from, from + CHUNK))
  }
  await producer.close()
}
