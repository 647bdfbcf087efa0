import kafkajs, { type Message } from 'kafkajs'
import { loadConfig } from '../../src/config/load-config.ts'
import { planFailover } from '../../src/failover/plan-failover.ts'
import { runFailover } from '../../src/failover/run-failover.ts'
import { withLogReader } from '../../src/kafka/reader/with-log-reader.ts'
import { mirrorCheckpoint } from './mirror-checkpoint.ts'
import { recorder } from './recorder.ts'
import { runCli } from './run-cli.ts'
import { situation } from './service-kit.ts'
import { createTopics, kafkaClient, serviceClient, uniqueName } from './stack.ts'

/** The recovery point. */
export const POINT_MS = Date.now() - 60_000
const AUDIT = { by: 'test', at: '2026-01-01T00:00:00Z', why: 'failover' }
export const [EARLIER, LATER] = [-1, 1].map((ms) => String(POINT_MS + ms)) as [string, string]

export async function produce(topic: string, messages: Message[]): Promise<void> {
  const producer = kafkaClient().producer()
  await producer.connect()
  const { None: compression } = kafkajs.CompressionTypes
  await producer.send({ topic, messages, compression }).finally(() => producer.disconnect())
}

/** A group as a mirror has left it. */
export async function mirroredGroup() {
  const one = recorder()
  const s = await situation({ plugins: [one.plugin], partitions: 2, store: 'kafka:' })
  const alias = uniqueName('one')
  const checkpoints = `${alias}.checkpoints.internal`
  await createTopics({ topic: checkpoints })
  async function checkpoint(partition: number, offset: number, timestamp: string): Promise<void> {
    const { topic, groupId } = s
    const record = mirrorCheckpoint({ groupId, topic, partition, offset })
    await produce(checkpoints, [{ ...record, timestamp }])
  }
  const args = ['group', 'failover', '--alias', alias]
  args.push('--recovery-point', new Date(POINT_MS).toISOString())
  const cli = (...more: string[]) => runCli([...args, ...more], { env: s.settings })
  /** As the command does, in this process. */
  const parts = { config: loadConfig(s.settings), kafka: serviceClient(), log: { warn() {} } }
  const plan = () => planFailover(parts, { alias, recoveryPointMs: POINT_MS }, AUDIT)
  const run = async () => runFailover(parts, await plan())
  return { ...s, one, alias, checkpoint, cli, plan, run }
}

/** Creates the group's state topic. */
export async function stateTopic({ topic, groupId }: { topic: string; groupId: string }) {
  const state = `${topic}.${groupId}.state`
  const configEntries = [{ name: 'cleanup.policy', value: 'compact' }]
  await createTopics({ topic: state, numPartitions: 2, configEntries })
  return state
}

/** A state of the plugin `counter` in partition 0. */
export function stateRecord(key: string, value: string | null, timestamp: string) {
  return { partition: 0, key: `counter\u0000${key}`, value, timestamp }
}

/** What the plugin `counter` remembers, by key; null for what was cleared. */
export async function statesIn(topic: string): Promise<Record<string, string | null>> {
  const values = new Map<string, string | null>()
  await withLogReader(serviceClient(), [topic], async (reader) => {
    const { signal: lost } = new AbortController()
    await reader.read({
      ...{ topic, partition: 0, lost },
      onRecord: ({ key, value }) => void values.set(String(key), value && String(value)),
    })
  })
  return Object.fromEntries([...values].map(([name, value]) => [name.split('\0')[1], value]))
}
