import { mkdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { leaveCounts } from '../../scripts/leave-counts.ts'
import { print, runMain } from '../../scripts/run-main.ts'
import { jarsFolder } from '../../src/dev/stack/stack.ts'
import { startCluster } from '../faults/cluster.ts'
import { idsIn } from './ids-in.ts'
import { startLoad } from './load.ts'
import { prepareTopic, startGatewayAt } from './prepare.ts'
import { report, verdictOf } from './verdict.ts'

const HELP = `Usage: npm run test:gateway-load -- [options]

Sends signed webhooks to a gateway while brokers of a real cluster are killed and started again, and
compares what was answered with what is in Kafka.

  --seconds <n>      how long at least (default: 15); one broker is away for a third of it
  --connections <n>  (default: 20)
  --help
`

/** The time limit: afterwards everything is killed and the test has failed. */
const LIMIT_MS = 600_000
const LOCAL = resolve('.inventory-events')

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '15' },
      connections: { type: 'string', default: '20' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return print(HELP)
  const [seconds, connections] = [Number(values.seconds), Number(values.connections)]
  const folder = resolve(LOCAL, 'gateway-load', String(process.pid))
  await mkdir(folder, { recursive: true })
  const say = (message: string) => void process.stderr.write(`${message}\n`)
  const signal = AbortSignal.timeout(LIMIT_MS + seconds * 1_000)
  const options = {
    folder,
    jarsFolder: jarsFolder(LOCAL),
    say,
    signal,
  }
  const cluster = await startCluster(options)
  try {
    const topic = await prepareTopic(cluster)
    const gateway = await startGatewayAt(cluster, topic)
    const load = startLoad(gateway.port, connections)
    await breakBrokers(cluster.brokers, { load, seconds, say, signal })
    const sent = await load.stop()
    const exit = await gateway.stop()
    const found = await idsIn(topic, cluster.kafka)
    print(report(sent, found))
    const problems = verdictOf(sent, found, exit)
    for (const problem of problems) say(`  ${problem}`)
    await writeCounts(problems)
    if (problems.length > 0) return 1
  } finally {
    await cluster.end()
  }
  await rm(folder, { recursive: true, force: true })
  return 0
}

interface Breaking {
  load: ReturnType<typeof startLoad>
  seconds: number
  say(message: string): void
  signal: AbortSignal
}

type Brokers = readonly { name: string; kill(): Promise<void>; start(): Promise<void> }[]

/** Stops one broker, whose leaders move; then two, so that nothing can be written until they are back. */
async function breakBrokers([first, second, third]: Brokers, breaking: Breaking): Promise<void> {
  const { load, seconds, say } = breaking
  await load.after(seconds / 6)
  say(`killing ${first!.name}`)
  await first!.kill()
  await load.after(seconds / 3)
  say(`starting ${first!.name}`)
  await first!.start()
  await load.taken(200)
  say(`killing ${second!.name} and ${third!.name}`)
  await Promise.all([second!.kill(), third!.kill()])
  await load.refused(20)
  say(`starting ${second!.name} and ${third!.name}`)
  await Promise.all([second!.start(), third!.start()])
  await load.taken(200)
  await load.after(seconds / 6)
}

/** Counts the run as one test. */
async function writeCounts(problems: readonly string[]): Promise<void> {
  if (problems.length === 0) await leaveCounts({ passed: 1, failed: [] })
  else await leaveCounts({ passed: 0, failed: [problems.join('\n')] })
}

await runMain(main)
