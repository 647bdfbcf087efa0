import type { Bench, BenchCase, Finding } from '../lib/bench.ts'
import { runChild } from '../lib/child.ts'
import { type Contender, compare, median, ratio } from '../lib/compare.ts'
import { runReader, service } from '../lib/contenders.ts'
import { publishDataset } from '../lib/dataset.ts'
import { withGroup } from '../lib/group.ts'
import type { Sample } from '../lib/meter.ts'
import { findParallelConsumer } from '../lib/parallel-consumer.ts'
import type { Row } from '../lib/statistics.ts'

const WAIT_MS = 10
const LANES = [64, 256, 1_024]
/** Chosen so that both the fewest and the most lanes run for some seconds. */
const RECORDS_PER_LANE = 1_000
const RECORDS_MOST = 256_000
/** kafkajs handles one record per partition at a time: more would take minutes. */
const RECORDS_OF_EACH_MESSAGE = 2_000

export const waiting: BenchCase = {
  name: 'waiting',
  title: 'handler waits 10 ms, order per entity',
  inQuick: false,
  async run(bench) {
    const java = await findParallelConsumer()
    const rows: Row[] = []
    const findings: Finding[] = []
    for (const lanes of LANES) {
      const own = await withTopic(bench, lanes)
      const contenders = [limit(own, lanes), ours(own, lanes), ...parallel(own, lanes, java)]
      if (lanes === LANES[0]) contenders.push(eachMessage(own))
      const these = await compare(own, contenders)
      rows.push(...these)
      findings.push(...findingsOf(these, lanes))
    }
    const notes = 'missing' in java ? [`skipped: parallel-consumer: ${java.missing}`] : []
    return { rows, findings, notes }
  },
}

/** The same bench with its own topic. */
async function withTopic(bench: Bench, lanes: number): Promise<Bench> {
  const records = Math.min(lanes * RECORDS_PER_LANE, RECORDS_MOST, bench.dataset.records)
  const options = { ...bench.dataset, records, topic: `bench.waiting.${lanes}` }
  return { ...bench, dataset: await publishDataset(bench.kafka, bench.registryUrl, options) }
}

function limit({ dataset: { records } }: Bench, lanes: number): Contender {
  const job = { concurrency: lanes, waitMs: WAIT_MS, records }
  return {
    name: `limit, ${lanes} timers`,
    run: () => runChild<Sample>({ contender: 'sleepers', job }),
  }
}

function ours(bench: Bench, lanes: number): Contender {
  const options = { plugins: 1, concurrency: lanes, waitMs: WAIT_MS }
  return service(bench, `service, ${lanes} lanes`, { wants: 'all', ...options })
}

function parallel(
  { brokers, kafka, dataset }: Bench,
  lanes: number,
  java: Awaited<ReturnType<typeof findParallelConsumer>>,
): Contender[] {
  if ('missing' in java) return []
  const { topic, recordsInAll: records } = dataset
  const job = { brokers, topic, records, concurrency: lanes, waitMs: WAIT_MS }
  const run = () => withGroup(kafka, topic, (groupId) => java({ ...job, groupId }))
  return [{ name: `parallel-consumer, ${lanes}`, run }]
}

function eachMessage(bench: Bench): Contender {
  const { partitions } = bench.dataset
  const job = { records: RECORDS_OF_EACH_MESSAGE, partitions, waitMs: WAIT_MS }
  const run = () => runReader(bench, 'each-message', job)
  return { name: 'kafkajs eachMessage', run, roundsMax: 2 }
}

/** By number of lanes. */
const TARGETS: Record<number, (mine: string, rows: readonly Row[]) => Finding> = {
  256: (mine, rows) => median(rows, 'cpuMicros', mine, { atMost: 20 }),
  1024: (mine, rows) => median(rows, 'perSecond', mine, { atLeast: 60_000 }),
}

/** With the most lanes the thread is the bottleneck, so the ratio to the limit is only reported. */
function findingsOf(rows: readonly Row[], lanes: number): Finding[] {
  const [bound, mine] = [`limit, ${lanes} timers`, `service, ${lanes} lanes`]
  const toBound = lanes > 256 ? {} : { atLeast: 0.92 }
  const findings = [ratio(rows, 'perSecond', [mine, bound], toBound)]
  const other = `parallel-consumer, ${lanes}`
  if (rows.some(({ contender }) => contender === other)) {
    findings.push(
      ratio(rows, 'perSecond', [mine, other], { atLeast: 1.2 }),
      ratio(rows, 'cpuMicros', [mine, other]),
    )
  }
  const target = TARGETS[lanes]
  if (target !== undefined) findings.push(target(mine, rows))
  if (lanes === LANES[0]) findings.push(ratio(rows, 'perSecond', [mine, 'kafkajs eachMessage']))
  return findings
}
