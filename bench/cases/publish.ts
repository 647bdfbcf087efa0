import type { PublishJob } from '../contenders/publish.ts'
import type { BenchCase } from '../lib/bench.ts'
import { runChild } from '../lib/child.ts'
import { compare, ratio } from '../lib/compare.ts'
import { prepareTopic } from '../lib/dataset.ts'
import { writeEvents } from '../lib/event-file.ts'
import type { Sample } from '../lib/meter.ts'
import { profileAs } from '../lib/profile-file.ts'

/** Fewer than a million, because every round writes them again. */
const RECORDS_MOST = 500_000
const TOPIC = 'bench.publish'

export const publish: BenchCase = {
  name: 'publish',
  title: 'publish from JSON Lines',
  inQuick: false,
  async run(bench) {
    const { brokers, registryUrl, kafka, dataset } = bench
    const records = Math.min(dataset.records, RECORDS_MOST)
    await prepareTopic(kafka, registryUrl, TOPIC, dataset.partitions)
    const file = await writeEvents(bench, records)
    const job: PublishJob = { brokers, registryUrl, topic: TOPIC, file, records }
    const profiled = { ...job, ...profileAs(bench, 'publish') }
    const rows = await compare(bench, [
      { name: 'kafkajs', run: () => runChild<Sample>({ contender: 'produce', job }) },
      { name: 'publish', run: () => runChild<Sample>({ contender: 'publish', job: profiled }) },
    ])
    return {
      rows,
      findings: [
        ratio(rows, 'perSecond', ['publish', 'kafkajs'], { atLeast: 2 }),
        ratio(rows, 'cpuMicros', ['publish', 'kafkajs']),
      ],
      notes: ['kafkajs: a plain producer with buffers that were encoded before, batches of 1,000'],
    }
  },
}
