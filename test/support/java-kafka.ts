import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { once, runMain, runProgram } from './java-program.ts'
import { kafkaTools } from './kafka-tools.ts'
import { endpoints } from './stack.ts'

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
    const args = [endpoints().brokers, topic, file, ...more]
    return runProgram('AvroProducer', await jars(), args)
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
    await runProgram('Compress', await jars(), [input, output])
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

/** A record as the Java programs write and read it; bytes are in hex. */
export interface JavaRecord {
  offset: number
  timestamp: number
  key: string | null
  value: string | null
  headers: [name: string, value: string | null][]
}

export interface JavaBatch {
  codec: string
  /** The broker's time, which counts for all records; -1 if the producer's does. */
  appendTime: number
  baseOffset: number
  /** -1 for none. */
  producerId: number
  isTransactional: boolean
  records: Omit<JavaRecord, 'offset'>[]
}

/** See `java/Batches.java`. */
export type BatchesTask = { batches: JavaBatch[]; removed: number[]; cut: number } | { hex: string }

export interface BatchesRead {
  hex: string
  batches: {
    lastOffset: number
    isTransactional: boolean
    producerId: number
    records: JavaRecord[]
  }[]
}

export function readBatchesJava(tasks: readonly BatchesTask[]): Promise<BatchesRead[]> {
  return withLines('Batches', [], tasks)
}

/** See `java/Transactions.java`. */
export interface ProducerStep {
  producer: number
  codec: string
  step: 'begin' | 'send' | 'commit' | 'abort'
  record?: Omit<JavaRecord, 'offset'>
  /** Whether a batch ends here. */
  isLast?: boolean
}

/** Has the producers write, and reads the topic as a consumer that sees what was committed. */
export function transactionsJava(
  topic: string,
  steps: readonly ProducerStep[],
): Promise<JavaRecord[]> {
  return withLines('Transactions', [endpoints().brokers, topic], steps)
}

/** Runs a program whose last arguments are a file of JSON lines, and another one for its answers. */
function withLines<T>(name: string, args: string[], lines: readonly unknown[]): Promise<T[]> {
  return withFolder(async (folder) => {
    const [input, output] = [join(folder, 'in'), join(folder, 'out')]
    await writeFile(input, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    await runProgram(name, await jars(), [...args, input, output])
    const answers = (await readFile(output, 'utf8')).split('\n').filter((line) => line !== '')
    return answers.map((line) => JSON.parse(line) as T)
  })
}

/** Writes lines as `kafka-console-producer` does, with the arguments added. */
export async function produceConsole(topic: string, input: string, args: string[]): Promise<void> {
  const where = ['--bootstrap-server', endpoints().brokers, '--topic', topic]
  const main = 'org.apache.kafka.tools.ConsoleProducer'
  await runMain(main, await jars(), [...where, ...args], input)
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'inventory-events-java-'))
  return work(folder).finally(() => rm(folder, { recursive: true }))
}

function jars(): Promise<string[]> {
  return once('jars-kafka-tools', () => kafkaTools(at('../../.inventory-events/jars')))
}
