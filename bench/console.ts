// Measures the console beside a large group: writes its status records into a real topic, keeps writing them, and
// opens each page in Chromium until it can be used. Says as well what the status costs. Prints JSON.
//
//   KAFKA_BROKERS=localhost:9092 node bench/console.ts [replicas] [plugins] [partitions]
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'
import { loadConfig } from '../src/config/load-config.ts'
import { deleteResources } from '../src/kafka/admin/delete-resources.ts'
import { createTopicsOfGroup } from '../src/kafka/admin/group-topics.ts'
import { withAdmin } from '../src/kafka/admin/topic-admin.ts'
import { createKafka } from '../src/kafka/client/client.ts'
import { createProducer, type Producer } from '../src/kafka/producer/producer.ts'
import { groupTopicsOf, statusTopicOf } from '../src/topics/names.ts'
import { systemClock as clock } from '../src/util/clock.ts'
import { createLogger } from '../src/util/logger.ts'
import { type GroupShape, StatusLoad, type StatusRecord } from './lib/status-load.ts'
import { type ConsolePage, timePages } from './lib/time-pages.ts'

const [replicas = 50, plugins = 500, partitions = 1_000] = process.argv.slice(2).map(Number)
const SHAPE: GroupShape = { replicas, plugins, partitions }
const COSTS: GroupShape[] = [
  { replicas: 1, plugins: 4, partitions: 12 },
  { replicas: 1, plugins: 20, partitions: 60 },
  { replicas: 1, plugins: 100, partitions: 400 },
  { replicas: 1, plugins, partitions: Math.ceil(partitions / replicas) },
]
const PAGES: ConsolePage[] = [
  { path: '/', selector: '.attention li, .empty' },
  { path: '/plugins', selector: 'tbody tr' },
  { path: '/plugins/plugin-001', selector: '.figures' },
  { path: '/partitions', selector: 'tbody tr' },
  { path: '/audit', selector: '.empty, tbody tr' },
]
const TIMES = 7
const INTERVAL_MS = 5_000
const SENT = 10

const config = loadConfig(process.env, { required: ['KAFKA_BROKERS'] })
const kafka = createKafka(config, createLogger('silent'))
const groupId = `bench-${randomUUID().slice(0, 8)}`

try {
  process.stdout.write(`${JSON.stringify(await measure(), null, 2)}\n`)
} finally {
  await deleteResources(kafka, { topics: groupTopicsOf(groupId), groups: [] })
}

async function measure(): Promise<object> {
  await withAdmin(kafka, (admin) =>
    createTopicsOfGroup(admin, groupId, { replicationFactor: -1, configs: {} }),
  )
  const load = new StatusLoad(SHAPE)
  const producer = await createProducer(kafka)
  await send(producer, load.lastHour(clock.now()))
  await send(producer, load.now(clock.now()))
  const stopped = new AbortController()
  const writing = keepWriting(producer, load, stopped.signal)
  try {
    const { url, startMs, residentMiB } = await startConsole(stopped.signal)
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium' })
    const pages = await timePages(browser, url, PAGES, TIMES)
    await browser.close()
    return {
      machine: `${availableParallelism()} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`,
      node: process.version,
      ...SHAPE,
      consoleStartMs: startMs,
      consoleResidentMiB: await residentMiB(),
      pages: pages.map(({ usableMs, threadMs, searchMs, ...page }) => ({
        ...{ ...page, threadMedianMs: median(threadMs), bestMs: Math.min(...usableMs) },
        ...{ medianMs: median(usableMs), worstMs: Math.max(...usableMs) },
        ...(searchMs.length > 0 && { searchMedianMs: median(searchMs) }),
      })),
      bytesPerReplicaAndHour: await Promise.all(
        COSTS.map(async ({ plugins: p, partitions: q }) => ({
          ...{ plugins: p, partitions: q },
          bytes: await new StatusLoad({ replicas: 1, plugins: p, partitions: q }).bytesPerHour(
            clock.now(),
          ),
        })),
      ),
    }
  } finally {
    stopped.abort()
    await writing
    await producer.close()
  }
}

async function send(producer: Producer, records: readonly StatusRecord[]): Promise<void> {
  for (let from = 0; from < records.length; from += SENT) {
    const placed = records.slice(from, from + SENT).map((each) => ({ ...each, partition: 0 }))
    await producer.send(statusTopicOf(groupId), placed, { compress: true })
  }
}

async function keepWriting(producer: Producer, load: StatusLoad, signal: AbortSignal) {
  while (!signal.aborted) {
    await clock.sleep(INTERVAL_MS, signal)
    if (!signal.aborted) await send(producer, load.now(clock.now()))
  }
}

async function startConsole(signal: AbortSignal) {
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['bin/inventory-events.js', 'console', '--local'], {
    env: { ...process.env, KAFKA_GROUP_ID: groupId, CONSOLE_PORT: '0', LOG_FORMAT: 'json' },
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  })
  child.on('error', () => undefined)
  const lines = createInterface({ input: child.stdout })
  let url = ''
  while (url === '') {
    const [line] = (await once(lines, 'line')) as [string]
    url = /"url":"([^"]+)\/"/.exec(line)?.[1] ?? ''
  }
  while (!(await fetch(`${url}/api/overview`)).ok) await clock.sleep(50)
  return {
    url,
    startMs: Math.round(performance.now() - startedAt),
    async residentMiB() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024)
    },
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
