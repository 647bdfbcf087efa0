import { resolveJars } from '../../src/dev/stack/maven/maven.ts'

const ARTIFACTS = ['org.apache.kafka:kafka-tools:4.3.0', 'org.slf4j:slf4j-nop:1.7.36']

/** Kafka's command-line tools as a classpath, cached in the folder. */
export function kafkaTools(folder: string, signal?: AbortSignal): Promise<string[]> {
  return resolveJars({ name: 'kafka-tools', artifacts: ARTIFACTS, folder, signal })
}
