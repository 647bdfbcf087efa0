// The service that owns many partitions in which nothing happens. Begins when each of them has been read.
import type { Plugin } from '../../src/plugin/plugin.ts'
import { jobOf, tell } from '../lib/child.ts'
import { profileCpu } from '../lib/cpu-profile.ts'
import { untilFinished } from '../lib/finish.ts'
import { createMeter } from '../lib/meter.ts'
import { startWith } from '../lib/start.ts'

export interface IdleJob {
  brokers: string
  registryUrl: string
  topic: string
  groupId: string
  store: string
  /** Each holds one event. */
  partitions: number
  plugins: number
  /** What follows from a start, such as commits, must end first. */
  settleMs: number
  idleMs: number
  /** Writes a CPU profile there. */
  profileFile?: string
}

const job = jobOf<IdleJob>()
const meter = createMeter()
let unread = job.partitions
const { finished, finish } = untilFinished()
const plugins: Plugin[] = Array.from({ length: job.plugins }, (_, n) => ({
  slug: `idle-${n}`,
  processEvent() {
    if (n > 0) return
    unread--
    if (unread === 0) finish()
  },
}))
const service = await startWith(plugins, job)
await finished
await pause(job.settleMs)
const endProfile = job.profileFile && (await profileCpu(job.profileFile))
meter.begin()
await pause(job.idleMs)
meter.end()
if (endProfile) await endProfile()
await service.stop()
tell(meter.sample(job.partitions))

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
