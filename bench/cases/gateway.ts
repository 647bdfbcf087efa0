import type { BareJob } from '../contenders/bare-fastify.ts'
import type { BenchCase } from '../lib/bench.ts'
import { runChild } from '../lib/child.ts'
import { compare, ratio } from '../lib/compare.ts'
import { prepareTopic } from '../lib/dataset.ts'
import type { GatewayJob } from '../lib/measure-requests.ts'
import type { Sample } from '../lib/meter.ts'
import { profileAs } from '../lib/profile-file.ts'
import type { Row } from '../lib/statistics.ts'

const TOPIC = 'bench.gateway'
const SECRET = 'whsec_of_the_benchmark'

interface Load {
  name: string
  connections: number
  eventsEach: number
  requests: number
  atLeast: number
}

const LOADS: readonly Load[] = [
  { name: '100 events', connections: 20, eventsEach: 100, requests: 1_500, atLeast: 1 },
  { name: 'one event', connections: 50, eventsEach: 1, requests: 20_000, atLeast: 4 },
]

export const gateway: BenchCase = {
  name: 'gateway',
  title: 'signed webhooks with 100 events each, and with one each',
  inQuick: false,
  async run(bench) {
    const { brokers, registryUrl, kafka, dataset } = bench
    await prepareTopic(kafka, registryUrl, TOPIC, dataset.partitions)
    const rows: Row[] = []
    for (const { name, atLeast: _, ...load } of LOADS) {
      const place = { brokers, registryUrl, topic: TOPIC, secret: SECRET }
      const job: GatewayJob = { ...dataset, ...place, ...load }
      const profiled = { ...job, ...profileAs(bench, `gateway-${load.eventsEach}`) }
      const found = await compare(bench, [
        {
          name: `bare fastify, ${name}`,
          run: () => runBare({ ...job, sends: true }),
        },
        {
          name: `fastify alone, ${name}`,
          run: () => runBare({ ...job, sends: false }),
        },
        {
          name: `gateway, ${name}`,
          run: () => runChild<Sample>({ contender: 'gateway', job: profiled }),
        },
      ])
      rows.push(...found)
    }
    return {
      rows,
      findings: LOADS.flatMap(({ name, atLeast }) => [
        ratio(rows, 'perSecond', [`gateway, ${name}`, `bare fastify, ${name}`], { atLeast }),
        ratio(rows, 'cpuMicros', [`gateway, ${name}`, `bare fastify, ${name}`]),
        ratio(rows, 'perSecond', [`fastify alone, ${name}`, `bare fastify, ${name}`]),
      ]),
      notes: LOADS.map(({ name, connections }) => `${name}: on ${connections} connections`),
    }
  },
}

function runBare(job: BareJob): Promise<Sample> {
  return runChild<Sample>({ contender: 'bare-fastify', job })
}
