import type { RequestsJob, Responses } from '../contenders/requests.ts'
import { runChild, tell } from './child.ts'
import { profileCpu } from './cpu-profile.ts'
import { createMeter } from './meter.ts'

export interface GatewayJob extends Omit<RequestsJob, 'port'> {
  brokers: string
  registryUrl: string
  topic: string
  /** Writes a CPU profile there. */
  profileFile?: string
}

/** A part of the requests that is sent first and not measured. */
const WARM_UP_SHARE = 0.2

/** In a contender: has its server handle the requests, prints the result and ends the process. */
export async function measureRequests(job: GatewayJob, port: number): Promise<never> {
  const requests = Math.ceil(job.requests * WARM_UP_SHARE)
  await runChild<Responses>({ contender: 'requests', job: { ...job, port, requests } })
  const profile = job.profileFile ? await profileCpu(job.profileFile) : undefined
  const meter = createMeter()
  meter.begin()
  const found = await runChild<Responses>({ contender: 'requests', job: { ...job, port } })
  meter.end()
  await profile?.()
  if (found.failed > 0) throw new Error(`${found.failed} requests were not answered with 202`)
  const sample = meter.sample(job.requests * job.eventsEach, { p99Ms: found.p99Ms })
  return tell({ ...sample, wallMs: found.wallMs })
}
