// The service with plugins that count. Reads the topic from its first marker to its last.
import type { AnyPlugin } from '../../src/plugin/batches/batch-plugin.ts'
import { sampleAllocations } from '../lib/allocations.ts'
import { jobOf, tell } from '../lib/child.ts'
import { profileCpu } from '../lib/cpu-profile.ts'
import { BEGIN, END } from '../lib/events.ts'
import { untilFinished } from '../lib/finish.ts'
import { createMeter, liveMiB, peakMiB } from '../lib/meter.ts'
import type { ServiceJob } from '../lib/service-job.ts'
import { sinkOf } from '../lib/sinks.ts'
import { startWith } from '../lib/start.ts'
import { wantsOf } from '../lib/wants.ts'

/** Memory is also reported after these shares of the wanted events. */
const EARLY = 0.2
const LATE = 0.8

const job = jobOf<ServiceJob>()
const { wanted, partitions, waitMs } = job
const meter = createMeter()
let missingEnds = partitions
let handled = 0
const memory: Record<string, number> = {}
const { finished, finish } = untilFinished()

const plugins: AnyPlugin[] = [
  ...wantsOf(job.wants, job.plugins).map(({ slug, filter }): AnyPlugin => {
    if (job.sink) return { ...filter, ...sinkOf(job.sink, slug, count) }
    return {
      slug,
      ...filter,
      ...(job.concurrency && { concurrency: job.concurrency }),
      processEvent: waitMs === undefined ? count : waitAndCount,
    }
  }),
  {
    slug: 'markers',
    wantsProcessEvent(name) {
      if (name === BEGIN) begin()
      return name === END
    },
    processEvent() {
      missingEnds--
      endIfAll()
    },
  },
]
let allocations: ReturnType<typeof sampleAllocations> | undefined
let profile: ReturnType<typeof profileCpu> | undefined
const service = await startWith(plugins, job)
await finished
await (await profile)?.()
const top = await (await allocations)?.()
await service.stop()
tell({ ...meter.sample(job.records, memory), ...(top && { allocations: top }) })

/** Counts in the filter, since handlers run when the rest of the batch has been read. */
function begin(): void {
  if (job.allocation) allocations ??= sampleAllocations()
  if (job.profileFile) profile ??= profileCpu(job.profileFile)
  meter.begin()
}

function count(): void {
  handled++
  if (handled === Math.ceil(wanted * EARLY)) {
    memory.earlyPeakMiB = peakMiB()
    if (job.collects) memory.earlyLiveMiB = liveMiB()
  }
  if (job.collects && handled === Math.ceil(wanted * LATE)) memory.lateLiveMiB = liveMiB()
  if (handled === wanted) endIfAll()
}

async function waitAndCount(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, waitMs))
  count()
}

function endIfAll(): void {
  if (handled < wanted || missingEnds > 0) return
  meter.end()
  finish()
}
