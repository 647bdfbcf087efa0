import type { IdleJob } from '../contenders/idle.ts'
import type { Bench, BenchCase } from '../lib/bench.ts'
import { runChild } from '../lib/child.ts'
import { withGroup } from '../lib/group.ts'
import type { Sample } from '../lib/meter.ts'
import { profileAs } from '../lib/profile-file.ts'
import { publishOneEach } from '../lib/publish-one-each.ts'
import { spreadOf } from '../lib/statistics.ts'

const TOPIC = 'bench.idle'
const PARTITIONS = 1_000
const PLUGINS = [1, 200]
const SETTLE_MS = 15_000
const IDLE_MS = 30_000

export const idle: BenchCase = {
  name: 'idle',
  title: 'a replica that owns 1,000 partitions in which nothing happens',
  inQuick: false,
  async run(bench) {
    await publishOneEach(bench, TOPIC, PARTITIONS)
    const samples = new Map<number, Sample[]>(PLUGINS.map((plugins) => [plugins, []]))
    for (let round = 1; round <= Math.min(bench.rounds, 3); round++) {
      for (const [plugins, all] of samples) {
        all.push(await measure(bench, plugins))
        const shares = all.map((sample) => sharePercent(sample).toFixed(2)).join(', ')
        bench.say(`  round ${round}, ${plugins} plugins: ${shares} % of a core`)
      }
    }
    return {
      rows: [],
      findings: [...samples].flatMap(([plugins, all]) => [
        {
          what: `CPU, ${plugins} plugin${plugins === 1 ? '' : 's'}`,
          value: spreadOf(all.map(sharePercent)).median,
          ...{ unit: '% of a core', atMost: 3 },
        },
        {
          what: `peak memory, ${plugins} plugin${plugins === 1 ? '' : 's'}`,
          ...{ value: spreadOf(all.map(({ peakMiB }) => peakMiB)).median, unit: 'MiB' },
        },
      ]),
      notes: ['with as many redrive partitions, which it reads too'],
    }
  },
}

function sharePercent({ cpuMs, wallMs }: Sample): number {
  return (cpuMs / wallMs) * 100
}

function measure(bench: Bench, plugins: number): Promise<Sample> {
  const { brokers, registryUrl, kafka } = bench
  return withGroup(kafka, TOPIC, (groupId) => {
    const place = { brokers, registryUrl, topic: TOPIC, groupId, store: 'kafka:' }
    const times = { settleMs: SETTLE_MS, idleMs: IDLE_MS }
    const profile = profileAs(bench, `${plugins}-plugins-${groupId}`)
    const job: IdleJob = { ...place, ...times, ...profile, partitions: PARTITIONS, plugins }
    return runChild<Sample>({ contender: 'idle', job })
  })
}
