import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { resolveJars } from '../../src/stack/maven.ts'
import { endpoints } from './stack.ts'

const run = promisify(execFile)
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const ARTIFACTS = ['org.apache.kafka:kafka-tools:4.3.0', 'org.slf4j:slf4j-nop:1.7.36']

/** Writes Avro as a Java program would, with Kafka's own client; answers the partitions. */
export async function produceJava(
  topic: string,
  records: { key: string; schemaId: number; hex: string }[],
): Promise<number[]> {
  const work = await mkdtemp(join(tmpdir(), 'inventory-events-java-'))
  try {
    const file = join(work, 'records')
    const lines = records.map(({ key, schemaId, hex }) => `${key} ${schemaId} ${hex}`)
    await writeFile(file, lines.join('\n'))
    const program = at('./java/AvroProducer.java')
    const out = await java([program, endpoints().brokers, topic, file])
    return out.trim().split('\n').map(Number)
  } finally {
    await rm(work, { recursive: true })
  }
}

/** Writes lines as `kafka-console-producer` does, with the arguments added. */
export async function produceConsole(topic: string, input: string, args: string[]): Promise<void> {
  const where = ['--bootstrap-server', endpoints().brokers, '--topic', topic]
  await java(['org.apache.kafka.tools.ConsoleProducer', ...where, ...args], input)
}

async function java(args: string[], input = ''): Promise<string> {
  const folder = at('../../.inventory-events/jars')
  const jars = await resolveJars({ name: 'kafka-tools', artifacts: ARTIFACTS, folder })
  const running = run('java', ['-cp', jars.join(delimiter), ...args], { timeout: 60_000 })
  running.child.stdin?.end(input)
  return (await running).stdout
}
