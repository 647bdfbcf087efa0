import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { kafkaTools } from './kafka-tools.ts'
import { endpoints } from './stack.ts'

const run = promisify(execFile)
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Writes Avro records with Kafka's Java client. Returns their partitions. */
export async function produceJava(
  topic: string,
  records: { key: string; schemaId: number; hex: string }[],
  settings: Record<string, string> = {},
): Promise<number[]> {
  const lines = records.map(({ key, schemaId, hex }) => `${key} ${schemaId} ${hex}`)
  const more = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  const out = await withFolder(async (folder) => {
    const file = join(folder, 'records')
    await writeFile(file, lines.join('\n'))
    return java([at('./java/AvroProducer.java'), endpoints().brokers, topic, file, ...more])
  })
  return out.trim().split('\n').map(Number)
}

/** Compresses bytes as Kafka's Java producer does. */
export interface Compressed {
  gzip: Buffer
  snappy: Buffer
  snappyBlock: Buffer
  lz4: Buffer
  zstd: Buffer
}

export function compressJava(inputs: readonly Buffer[]): Promise<Compressed[]> {
  return withFolder(async (folder) => {
    const [input, output] = [join(folder, 'in'), join(folder, 'out')]
    await writeFile(input, inputs.map((bytes) => `${bytes.toString('hex')}\n`).join(''))
    await java([at('./java/Compress.java'), input, output])
    const lines = (await readFile(output, 'utf8')).trim().split('\n')
    return lines.map((line) => {
      const parts = line.split(' ').map((hex) => Buffer.from(hex, 'hex'))
      const [gzip, snappy, snappyBlock, lz4, zstd] = parts as [
        Buffer,
        Buffer,
        Buffer,
        Buffer,
        Buffer,
      ]
      return { gzip, snappy, snappyBlock, lz4, zstd }
    })
  })
}

/** Writes lines as `kafka-console-producer` does, with the arguments added. */
export async function produceConsole(topic: string, input: string, args: string[]): Promise<void> {
  const where = ['--bootstrap-server', endpoints().brokers, '--topic', topic]
  await java(['org.apache.kafka.tools.ConsoleProducer', ...where, ...args], input)
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'inventory-events-java-'))
  return work(folder).finally(() => rm(folder, { recursive: true }))
}

async function java(args: string[], input = ''): Promise<string> {
  const jars = await kafkaTools(at('../../.inventory-events/jars'))
  const running = run('java', ['-cp', jars.join(delimiter), ...args], { timeout: 60_000 })
  running.child.stdin?.end(input)
  return (await running).stdout
}
