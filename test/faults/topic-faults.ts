import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { scrape } from '../../src/dev/replicas/scrape.ts'
import { waitFor } from '../../src/dev/replicas/wait-for.ts'
import { type GroupOffset, groupOffsets } from '../../src/kafka/admin/group-offsets.ts'
import { deadLetterTopicOf } from '../../src/topics/names.ts'
import { readLogs } from './evidence.ts'
import { flaky } from './plugin-rules.ts'
import type { Scene } from './scene.ts'
import { configureTopic, removeRecords, settingOf } from './topics.ts'

const BIN = fileURLToPath(new URL('../../bin/inventory-events.js', import.meta.url))
const WAIT_MS = 120_000
const REFUSED_MS = 6_000
/** A limit in bytes that no dead letter keeps. */
const REFUSING = '100'
/** Unread records of each partition when retention removes records. */
const BEHIND = 20
const LOST = 'offset out of range; resetting as OUT_OF_RANGE says'
const OFFSETS_LOST = 'offsets_lost_total'
const REFUSED = 'dead_letter_failures_total'

/** Runs `topics check`, as the runbook says. */
export async function checkTopics({ cluster, topics, groupId }: Scene): Promise<void> {
  const env = {
    ...process.env,
    KAFKA_BROKERS: cluster.direct,
    KAFKA_GROUP_ID: groupId,
    SCHEMA_REGISTRY_URL: cluster.config.SCHEMA_REGISTRY_URL,
  }
  await promisify(execFile)(process.execPath, [BIN, 'topics', 'check', ...topics], { env })
}

/** Removes half of the records that a stopped group has not read, then starts it again. */
export async function overtake(scene: Scene): Promise<void> {
  const { replicaSet, topic, cluster, removed, notes } = scene
  const count = replicaSet.replicas.length
  await replicaSet.stopAll()
  const cuts = (await farBehind(scene)).map(({ partition, committed = 0, end }) => {
    return { partition, committed, offset: committed + Math.floor((end - committed) / 2) }
  })
  const cutOf = (partition: number) => cuts.find((each) => each.partition === partition)!
  const log = await readLogs(scene, [topic])
  await removeRecords(cluster, topic, cuts)
  const gone = log.filter(({ partition, offset }) => offset < cutOf(partition).offset)
  const unread = gone.filter(({ partition, offset }) => offset >= cutOf(partition).committed)
  removed.all.push(...gone)
  removed.unread.push(...unread)
  await replicaSet.startAll(count)
  await replicaSet.shared()
  const lost = cuts.reduce((sum, { offset, committed }) => sum + offset - committed, 0)
  await requireCounted(scene, lost)
  notes.push(`retention removed ${unread.length} unread records; offsets_lost_total is ${lost}`)
}

/** Waits until every partition has enough unread records. */
async function farBehind({ cluster, groupId, topic, signal }: Scene): Promise<GroupOffset[]> {
  let offsets: GroupOffset[] = []
  const isBehind = async () => {
    offsets = await groupOffsets(cluster.kafka, groupId, [topic])
    return offsets.every(({ committed, end }) => end - (committed ?? end) >= BEHIND)
  }
  await waitFor('the stopped group to lag behind', isBehind, { timeoutMs: WAIT_MS, signal })
  return offsets
}

/** The metric and the log must report exactly the lost offsets. */
async function requireCounted({ replicaSet, signal }: Scene, lost: number): Promise<void> {
  let counted = 0
  const isCounted = async () => {
    counted = await sumOf(replicaSet.replicas, OFFSETS_LOST)
    return counted >= lost
  }
  const last = () => `${counted} of ${lost} counted`
  await waitFor(OFFSETS_LOST, isCounted, { timeoutMs: WAIT_MS, signal, last })
  const lines = await linesOf(replicaSet.replicas, LOST)
  const logged = lines.reduce((sum, { lostOffsets }) => sum + Number(lostOffsets), 0)
  if (counted !== lost || logged !== lost) {
    replicaSet.problems.push(`${lost} offsets were lost, ${counted} were counted, ${logged} logged`)
  }
}

/** Dead letters are refused for a while: nothing may be committed past one. */
export async function refuseDeadLetters(scene: Scene): Promise<void> {
  const { cluster, replicaSet, topic, groupId, signal, notes } = scene
  const deadLetters = deadLetterTopicOf(topic)
  const name = 'max.message.bytes'
  let value = ''
  // A broker that lags behind still tells the value of an earlier refusal.
  const isTold = async () => {
    value = await settingOf(cluster, deadLetters, name)
    return value !== REFUSING
  }
  await waitFor('the usual limit of the dead letters', isTold, { timeoutMs: WAIT_MS, signal })
  const seen = await sumOf(replicaSet.replicas, REFUSED)
  await configureTopic(cluster, deadLetters, { name, value: REFUSING })
  const isRefused = async () => (await sumOf(replicaSet.replicas, REFUSED)) > seen
  await waitFor('a dead letter to be refused', isRefused, { timeoutMs: WAIT_MS, signal })
  await sleep(REFUSED_MS)
  const offsets = await groupOffsets(cluster.kafka, groupId, [topic])
  const written = new Set((await readLogs(scene, [deadLetters])).map(({ eventId }) => eventId))
  const refused = (await readLogs(scene, [topic])).filter(
    (each) => flaky.wants(each.name) && flaky.isDoomed(each.eventId) && !written.has(each.eventId),
  )
  const committedOf = (at: number) => offsets.find(({ partition }) => partition === at)!.committed
  const passed = refused.filter(({ partition, offset }) => (committedOf(partition) ?? 0) > offset)
  if (refused.length === 0) replicaSet.problems.push('no dead letter was refused')
  if (passed.length > 0)
    replicaSet.problems.push(`committed past ${passed.length} refused dead letters`)
  await configureTopic(cluster, deadLetters, { name, value })
  notes.push(
    `${refused.length} dead letters waited for their topic; committed past ${passed.length}`,
  )
}

/** The sum of a counter over the replicas. */
async function sumOf(replicas: Replicas, metric: string): Promise<number> {
  const samples = await Promise.all(replicas.map(({ url }) => scrape(url)))
  return samples
    .flat()
    .filter(({ name }) => name === metric)
    .reduce((sum, { value }) => sum + value, 0)
}

type Replicas = Scene['replicaSet']['replicas']

interface LogLine {
  msg?: string
  lostOffsets?: number
}

async function linesOf(replicas: Replicas, msg: string): Promise<LogLine[]> {
  const logs = await Promise.all(replicas.map(({ logFile }) => readFile(logFile, 'utf8')))
  return logs
    .flatMap((log) => log.split('\n'))
    .filter((line) => line.includes(msg) && line.endsWith('}'))
    .map((line) => JSON.parse(line) as LogLine)
}
