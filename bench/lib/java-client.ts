import { KAFKA_VERSION } from '../../src/dev/stack/kafka.ts'
import type { Bench } from './bench.ts'
import { type DecodingClient, decodingClient } from './decoding-client.ts'
import { findJava } from './java.ts'

const ARTIFACTS = [
  `org.apache.kafka:kafka-clients:${KAFKA_VERSION}`,
  'org.apache.avro:avro:1.12.0',
  'org.slf4j:slf4j-nop:2.0.13',
]

/** Kafka's own client. */
export async function javaClient(
  bench: Bench,
  wants: 'none' | 'by-name',
  plugins: number,
): Promise<DecodingClient> {
  const reader = await findJava({ main: 'FilteringReader', artifacts: ARTIFACTS })
  return decodingClient('java client', reader, bench, { wants, plugins })
}
