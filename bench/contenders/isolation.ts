// The service with a plugin whose latency is measured, and plugins that may disturb it.
import type { Plugin } from '../../src/plugin/plugin.ts'
import { jobOf, tell } from '../lib/child.ts'
import { untilFinished } from '../lib/finish.ts'
import { HOT_ENTITY } from '../lib/hot.ts'
import { createMeter } from '../lib/meter.ts'
import { startWith } from '../lib/start.ts'

export interface IsolationJob {
  brokers: string
  registryUrl: string
  topic: string
  groupId: string
  store: string
  records: number
  /** How long the handler of the measured plugin waits. */
  waitMs: number
  /** Deliveries in the first milliseconds are not measured, while the process warms up. */
  warmUpMs: number
  /** Whether there are disturbing plugins, and `onExhausted` of the failing one. */
  disturbed: 'dead-letter' | 'hold' | undefined
}

const SLOW_MS = 250
const DRAIN_MS = 500

const job = jobOf<IsolationJob>()
const meter = createMeter()
const latenciesMs: number[] = []
let count = 0
let firstMs = 0
const { finished, finish } = untilFinished()

const measured: Plugin = {
  slug: 'measured',
  async processEvent(_event, { record }) {
    meter.begin()
    firstMs ||= record.timestampMs
    await sleep(job.waitMs)
    const isOther = record.key !== HOT_ENTITY && record.timestampMs >= firstMs + job.warmUpMs
    if (isOther) latenciesMs.push(Date.now() - record.timestampMs)
    if (++count < job.records) return
    meter.end()
    finish()
  },
}
const dead: Plugin = {
  slug: 'dead',
  retry: { maxAttempts: 3, initialDelayMs: 50, maxDelayMs: 200 },
  onExhausted: job.disturbed ?? 'dead-letter',
  processEvent() {
    throw new Error('it is dead')
  },
}
const slow: Plugin = { slug: 'slow', processEvent: () => sleep(SLOW_MS) }

const plugins = job.disturbed ? [measured, dead, slow] : [measured]
const service = await startWith(plugins, job, { DRAIN_TIMEOUT_MS: String(DRAIN_MS) })
await finished
await service.stop()
latenciesMs.sort((one, other) => one - other)
const at = (share: number) =>
  latenciesMs[Math.floor(share * (latenciesMs.length - 1))] ?? Number.NaN
tell(meter.sample(count, { p50Ms: at(0.5), p99Ms: at(0.99) }))

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
