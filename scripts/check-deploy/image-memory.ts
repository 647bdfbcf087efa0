import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pickPort } from '../../src/dev/stack/ports.ts'
import { startTestStack } from '../../test/support/stack-setup.ts'
import type { Scene } from './check.ts'
import { Failure } from './command.ts'
import type { ImageRunner, Run, RunningImage } from './image-runner.ts'
import { chartNodeOptions } from './memory-limits.ts'

const LIMITS_MIB = [512, 256]
const EVENTS = 60_000
const EVENT_BYTES = 1_000
const READY_MS = 120_000
const HANDLED_MS = 300_000
const STOP_MS = 35_000
const MIB = 1024 * 1024
const PROCESSED = /^inventory_events_deliveries_total\{.*outcome="processed".*\} (\d+)$/m
const HEAP_LIMIT = /^inventory_events_heap_limit_bytes (\S+)$/m
/** V8's young generation is beside the half that the option names. */
const HEAP_SHARE_MAX = 0.6
/** Of process 1, which V8 can't end by SIGABRT: abort() ends it by an invalid instruction then. */
const ABORTED = 139
/** What a kubelet shows of the log of a container that failed. */
const SHOWN_BYTES = 2_048

const PLUGINS = {
  'takes.mjs': `
export default { slug: 'takes', processEvent: () => {} }
`,
  'leaks.mjs': `
const kept = []
export default {
  slug: 'leaks',
  processEvent(event) {
    kept.push(Array.from({ length: 500 }, (_, n) => ({ n, of: event.id })))
  },
}
`,
}

/**
 * Runs the image under memory limits, as any user, with a backlog: it must handle all of it. With a plugin that leaks,
 * it must end by V8's own error.
 */
export async function checkImageMemory(
  runner: ImageRunner,
  user: string,
  scene: Scene,
): Promise<string> {
  // The folder of the check is for root only.
  const files = join(scene.work, 'files')
  await mkdir(files)
  for (const [name, text] of Object.entries(PLUGINS)) await writeFile(join(files, name), text)
  const { brokers, registryUrl, stop } = await startTestStack()
  const env = { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl }
  try {
    await runner.run({ args: ['schemas', 'register'], env })
    await runner.run({ args: ['topics', 'create', '--partitions', '2'], env })
    await publishBacklog(runner, env, files)
    const said: string[] = []
    for (const memoryMib of LIMITS_MIB) {
      const serving = async (plugin: keyof typeof PLUGINS) => {
        const more = { KAFKA_GROUP_ID: `${plugin}-${memoryMib}`, PLUGINS: `/plugins/${plugin}` }
        const own = { ...env, ...more, HTTP_PORT: String(await pickPort()), EVENTS_ENABLED: 'true' }
        await runner.run({ args: ['topics', 'create'], env: own })
        const NODE_OPTIONS = await chartNodeOptions(scene)
        const volumes = [{ from: files, to: '/plugins' }]
        const how = { args: ['serve'], user, memoryMib, volumes }
        return { ...how, env: { ...own, NODE_OPTIONS } }
      }
      said.push(`${memoryMib} MiB: ${await handlesBacklog(runner, await serving('takes.mjs'))}`)
      await endsByLeak(runner, await serving('leaks.mjs'))
    }
    return `${EVENTS} events as user ${user} under ${said.join(', ')}; a leak ends with ${ABORTED}`
  } finally {
    await stop()
  }
}

async function publishBacklog(
  runner: ImageRunner,
  env: Record<string, string>,
  files: string,
): Promise<void> {
  const note = 'x'.repeat(EVENT_BYTES)
  const lines = Array.from({ length: EVENTS }, (_, id) =>
    JSON.stringify({ id: `evt_${id}`, name: 'stockitem.moved', args: [], kwargs: { id, note } }),
  )
  await writeFile(join(files, 'events.jsonl'), `${lines.join('\n')}\n`)
  const volumes = [{ from: files, to: '/events' }]
  await runner.run({ args: ['publish', '/events/events.jsonl'], env, volumes })
}

async function handlesBacklog(runner: ImageRunner, serving: Run): Promise<string> {
  const running = await runner.start(serving)
  const { container } = running
  const url = `http://127.0.0.1:${serving.env!.HTTP_PORT}`
  try {
    await container.waitForOk(`${url}/readyz`, READY_MS)
    const seconds = await untilHandled(running, url)
    const heapMib = Math.round((await metricOf(url, HEAP_LIMIT)) / MIB)
    if (heapMib === 0 || heapMib > HEAP_SHARE_MAX * serving.memoryMib!)
      throw new Failure(`expected V8's heap to be about half of the limit, got ${heapMib} MiB`)
    const peak = await running.peakBytes()
    const ended = await container.end('SIGTERM', STOP_MS)
    if (ended !== 0) throw new Failure(`expected exit 0, got ${ended}: ${container.output}`)
    const most = peak === undefined ? 'unknown' : `${Math.round(peak / MIB)} MiB`
    return `${most} at most, heap up to ${heapMib} MiB, ${seconds} s`
  } finally {
    await container.kill()
  }
}

async function untilHandled({ container }: RunningImage, url: string): Promise<number> {
  const startedAt = performance.now()
  for (;;) {
    const handled = await metricOf(url, PROCESSED)
    const seconds = Math.round((performance.now() - startedAt) / 1_000)
    if (handled >= EVENTS) return seconds
    const isLate = seconds * 1_000 > HANDLED_MS
    if (isLate || container.hasEnded)
      throw new Failure(`handled ${handled} of ${EVENTS} in ${seconds} s: ${container.output}`)
    await delay(500)
  }
}

/** The number that the expression finds in the metrics; 0 if there is none. */
async function metricOf(url: string, expression: RegExp): Promise<number> {
  const answer = await fetch(`${url}/metrics`).catch(() => undefined)
  return Number(expression.exec((await answer?.text()) ?? '')?.[1] ?? 0)
}

async function endsByLeak(runner: ImageRunner, serving: Run): Promise<void> {
  const { container } = await runner.start(serving)
  try {
    const ended = await container.ended(HANDLED_MS)
    const shown = container.output.slice(-SHOWN_BYTES)
    if (ended === ABORTED && shown.includes('heap out of memory')) return
    const { memoryMib } = serving
    throw new Failure(`${memoryMib} MiB: expected exit ${ABORTED} of V8, got ${ended}: ${shown}`)
  } finally {
    await container.kill()
  }
}
