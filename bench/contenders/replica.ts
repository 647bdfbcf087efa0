// One replica whose handlers wait. Reports the number handled to its parent until it is stopped.
import { jobOf } from '../lib/child.ts'
import { startWith } from '../lib/start.ts'

export interface ReplicaJob {
  brokers: string
  registryUrl: string
  topic: string
  groupId: string
  store: string
  concurrency: number
  waitMs: number
}

const TELL_MS = 20

const job = jobOf<ReplicaJob>()
let handled = 0
const service = await startWith(
  [
    {
      slug: 'waiting',
      concurrency: job.concurrency,
      async processEvent() {
        await new Promise((resolve) => setTimeout(resolve, job.waitMs))
        handled++
      },
    },
  ],
  job,
)
const timer = setInterval(() => process.send?.(handled), TELL_MS)
process.once('message', async () => {
  clearInterval(timer)
  await service.stop()
  process.exit(0)
})
