import type { IsolationJob } from '../contenders/isolation.ts'
import { type Arrivals, sendAtRate } from '../lib/arrivals.ts'
import type { Bench, BenchCase } from '../lib/bench.ts'
import { runChild } from '../lib/child.ts'
import { prepareTopic } from '../lib/dataset.ts'
import { createStream } from '../lib/events.ts'
import { untilJoined, withGroup } from '../lib/group.ts'
import type { Sample } from '../lib/meter.ts'
import { spreadOf } from '../lib/statistics.ts'

const PER_SECOND = 500
const SECONDS = 15
const WARM_UP_MS = 4_000
const WAIT_MS = 5
/** The share of the capacity of one lane. */
const HOT_SHARE = 0.7

type Disturbed = IsolationJob['disturbed']

export const isolation: BenchCase = {
  name: 'isolation',
  title: 'a hot entity, a dead plugin and a slow one: what others wait',
  inQuick: false,
  async run(bench) {
    const hotPerSecond = Math.round(HOT_SHARE * (await laneRate()))
    const kinds: Disturbed[] = [undefined, 'dead-letter', 'hold']
    const samples = new Map<Disturbed, Sample[]>(kinds.map((kind) => [kind, []]))
    for (let round = 1; round <= Math.min(bench.rounds, 3); round++) {
      for (const kind of kinds) {
        const sample = await measure(bench, kind, kind === undefined ? 0 : hotPerSecond, round)
        samples.get(kind)?.push(sample)
        bench.say(`  round ${round}, ${kind ?? 'alone'}: ${JSON.stringify(sample.more)}`)
      }
    }
    const median = (kind: Disturbed, what: 'p50Ms' | 'p99Ms') =>
      spreadOf((samples.get(kind) ?? []).map(({ more }) => more?.[what] ?? Number.NaN)).median
    const [alone, letters, held] = kinds.map((kind) => median(kind, 'p99Ms')) as [
      number,
      number,
      number,
    ]
    return {
      rows: [],
      findings: [
        { what: 'p50 without them', value: median(undefined, 'p50Ms'), unit: 'ms' },
        { what: 'p99 without them', value: alone, unit: 'ms' },
        { what: 'p99 beside them', value: letters, unit: 'ms' },
        {
          what: 'p99 beside them to without',
          value: letters / alone,
          unit: '×',
          atMost: 1.5,
        },
        { what: 'p99 beside them with `hold`', value: held, unit: 'ms' },
        { what: 'p99 beside them with `hold` to without', value: held / alone, unit: '×' },
      ],
      notes: [
        `${PER_SECOND} events/s, of them ${hotPerSecond} of the hot entity, ${HOT_SHARE * 100} % of what its lane can do; handler waits ${WAIT_MS} ms`,
        'measured: deliveries of one plugin for the other entities, from the record to the end of the handler',
      ],
    }
  },
}

/** The measured capacity of one lane per second with that handler, limited by timer accuracy. */
async function laneRate(): Promise<number> {
  const job = { concurrency: 1, waitMs: WAIT_MS, records: 400 }
  const { records, wallMs } = await runChild<Sample>({ contender: 'sleepers', job })
  return (records / wallMs) * 1_000
}

async function measure(
  bench: Bench,
  disturbed: Disturbed,
  hotPerSecond: number,
  round: number,
): Promise<Sample> {
  const { brokers, registryUrl, kafka, dataset } = bench
  const topic = `bench.isolation.${round}.${disturbed ?? 'alone'}`
  const toOutgoing = await prepareTopic(kafka, registryUrl, topic, dataset.partitions)
  const arrivals: Arrivals = { perSecond: PER_SECOND, hotPerSecond, seconds: SECONDS }
  return withGroup(kafka, topic, async (groupId) => {
    const place = { brokers, registryUrl, topic, groupId, store: 'kafka:', waitMs: WAIT_MS }
    const what = { records: PER_SECOND * SECONDS, warmUpMs: WARM_UP_MS, disturbed }
    const job: IsolationJob = { ...place, ...what }
    const running = runChild<Sample>({ contender: 'isolation', job })
    // It ends before everything is sent only if it failed.
    await Promise.race([untilJoined(kafka, groupId, 1), running])
    await Promise.race([
      sendAtRate(bench, topic, arrivals, createStream(dataset), toOutgoing),
      running,
    ])
    return running
  })
}
