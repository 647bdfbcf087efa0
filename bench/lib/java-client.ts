import { KAFKA_VERSION } from '../../src/dev/stack/kafka.ts'
import type { Bench } from './bench.ts'
import type { Contender } from './compare.ts'
import { withGroup } from './group.ts'
import { findJava } from './java.ts'
import { namesOf } from './wants.ts'

const ARTIFACTS = [
  `org.apache.kafka:kafka-clients:${KAFKA_VERSION}`,
  'org.apache.avro:avro:1.12.0',
  'org.slf4j:slf4j-nop:2.0.13',
]

/**
 * Kafka's own client, which decodes every record and compares its kind with what plugins want. None, and
 * a note why, where it can't run.
 */
export async function javaClient(
  { brokers, registryUrl, kafka, dataset }: Bench,
  wants: 'none' | 'by-name',
  plugins: number,
): Promise<{ contenders: Contender[]; notes: string[] }> {
  const java = await findJava({ main: 'FilteringReader', artifacts: ARTIFACTS })
  if ('missing' in java) return { contenders: [], notes: [`skipped: java client: ${java.missing}`] }
  const { topic, recordsInAll } = dataset
  const names = namesOf(wants, plugins).join()
  const run = () =>
    withGroup(kafka, topic, (groupId) =>
      java([brokers, topic, groupId, String(recordsInAll), registryUrl, names]),
    )
  return { contenders: [{ name: 'java client', run }], notes: [] }
}
