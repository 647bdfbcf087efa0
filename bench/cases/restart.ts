import type { FirstDeliveryJob } from '../contenders/first-delivery.ts'
import type { Bench, BenchCase } from '../lib/bench.ts'
import { runChild } from '../lib/child.ts'
import { fillMarks } from '../lib/fill-marks.ts'
import { withGroup } from '../lib/group.ts'
import type { Sample } from '../lib/meter.ts'
import { publishOneEach } from '../lib/publish-one-each.ts'
import { spreadOf } from '../lib/statistics.ts'

const TOPIC = 'bench.restart'

export const restart: BenchCase = {
  name: 'restart',
  title: 'as many ids in the ledger as the topic has events, then a restart',
  inQuick: false,
  async run(bench) {
    const { records: marks } = bench.dataset
    await publishOneEach(bench, TOPIC, bench.dataset.partitions)
    const [empty, full]: [Sample[], Sample[]] = [[], []]
    for (let round = 0; round < Math.min(bench.rounds, 3); round++) {
      empty.push(await timeStart(bench, 0))
      full.push(await timeStart(bench, marks))
      const seen = [empty, full].map((samples) => samples.at(-1)?.more?.firstMs?.toFixed(0))
      bench.say(`  round ${round + 1}: ${seen.join(' and ')} ms to the first delivery`)
    }
    const ids = `with ${marks.toLocaleString('en')} ids`
    return {
      rows: [],
      findings: [
        finding('to the first delivery, empty ledger', 'firstMs', empty),
        finding(`to the first delivery, ${ids}`, 'firstMs', full),
        finding(`to one in each partition, ${ids}`, 'lastMs', full),
      ],
      notes: ['from the start of the process, Node and modules included'],
    }
  },
}

function finding(what: string, measure: string, samples: readonly Sample[]) {
  const seconds = samples.map(({ more }) => (more?.[measure] ?? Number.NaN) / 1_000)
  return { what, value: spreadOf(seconds).median, unit: 's' }
}

function timeStart(bench: Bench, marks: number): Promise<Sample> {
  const { brokers, registryUrl, kafka, dataset } = bench
  const { partitions } = dataset
  return withGroup(kafka, TOPIC, async (groupId) => {
    if (marks > 0) await fillMarks(kafka, { topic: TOPIC, groupId, partitions, marks })
    const place = { brokers, registryUrl, topic: TOPIC, groupId, store: 'kafka:' }
    const job: FirstDeliveryJob = { ...place, deliveries: partitions }
    return runChild<Sample>({ contender: 'first-delivery', job })
  })
}
