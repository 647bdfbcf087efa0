import { findJava } from './java.ts'
import type { Sample } from './meter.ts'

export const PARALLEL_CONSUMER_VERSION = '0.5.3.3'
const ARTIFACTS = [
  `io.confluent.parallelconsumer:parallel-consumer-core:${PARALLEL_CONSUMER_VERSION}`,
  'org.slf4j:slf4j-nop:1.7.36',
]

export interface ParallelJob {
  brokers: string
  topic: string
  groupId: string
  records: number
  concurrency: number
  waitMs: number
}

type ParallelConsumer = (job: ParallelJob) => Promise<Sample>

/** Confluent's parallel-consumer with key ordering, or why it can't run on this machine. */
export async function findParallelConsumer(): Promise<ParallelConsumer | { missing: string }> {
  const run = await findJava({ main: 'ParallelReader', artifacts: ARTIFACTS })
  if ('missing' in run) return run
  return ({ brokers, topic, groupId, records, concurrency, waitMs }) =>
    run([brokers, topic, groupId, ...[records, concurrency, waitMs].map(String)])
}
