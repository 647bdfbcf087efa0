import { delimiter, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { resolveJars } from '../../src/dev/stack/maven/maven.ts'
import { java } from '../../src/dev/stack/process/launch.ts'
import { jarsFolder } from '../../src/dev/stack/stack.ts'
import { messageOf } from '../../src/util/errors.ts'
import { runProgram } from './child.ts'
import type { Sample } from './meter.ts'

export const PARALLEL_CONSUMER_VERSION = '0.5.3.3'
const ARTIFACTS = [
  `io.confluent.parallelconsumer:parallel-consumer-core:${PARALLEL_CONSUMER_VERSION}`,
  'org.slf4j:slf4j-nop:1.7.36',
]
const SOURCE = fileURLToPath(new URL('../parallel-consumer/ParallelReader.java', import.meta.url))

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
  try {
    const folder = jarsFolder(resolve('.inventory-events'))
    const jars = await resolveJars({ name: 'parallel-consumer', artifacts: ARTIFACTS, folder })
    const classpath = jars.join(delimiter)
    return ({ brokers, topic, groupId, records, concurrency, waitMs }) => {
      const numbers = [records, concurrency, waitMs].map(String)
      const args = ['-Xmx1g', '-cp', classpath, SOURCE, brokers, topic, groupId, ...numbers]
      return runProgram<Sample>(java(), args)
    }
  } catch (error) {
    return { missing: messageOf(error).split('\n')[0] ?? 'unknown' }
  }
}
