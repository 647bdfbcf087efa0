import { promisify } from 'node:util'
import zlib from 'node:zlib'
import kafkajs, { type Kafka } from 'kafkajs'
import { registerWithRetry } from '../../../src/avro/registry/register-with-retry.ts'
import { createRegistry } from '../../../src/avro/registry/registry.ts'
import { subjectName } from '../../../src/avro/registry/subject-name.ts'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import { loadConfig } from '../../../src/config/load-config.ts'
import type { Endpoints } from '../../../src/dev/stack/maven-stack.ts'
import { createKafka } from '../../../src/kafka/client/client.ts'
import { type CodecName, decompressBatch } from '../../../src/kafka/codecs/codecs.ts'
import { createLogger } from '../../../src/util/logger.ts'
import { compressSnappy } from './snappy.ts'

/** Kafka and the registry. */
export interface Site extends Endpoints {
  kafka: Kafka
  /** The id of a schema's text, registered under a subject of its own. */
  schemaId(text: string): Promise<number>
  /** Registers the contract for a topic; the ids by full name. */
  registerContract(topic: string): Promise<ReadonlyMap<string, number>>
}

const { CompressionTypes, CompressionCodecs } = kafkajs

export function openSite({ brokers, registryUrl }: Endpoints): Site {
  const env = { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl }
  const config = loadConfig(env, { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] })
  const kafka = createKafka(config, createLogger('silent'))
  writeCodecs()
  const registry = createRegistry(config)
  const ids = new Map<string, Promise<number>>()

  function schemaId(text: string): Promise<number> {
    const known = ids.get(text)
    if (known !== undefined) return known
    // No schema must be compatible with another: others register what they like.
    const subject = `fuzz-${process.pid}-${ids.size}`
    const id = registerWithRetry(registry, subject, text)
    ids.set(text, id)
    return id
  }

  async function registerContract(topic: string): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>()
    // One after the other: the local registry refuses some of several at once.
    for (const { fullName, text } of builtInContract().schemas) {
      found.set(fullName, await registerWithRetry(registry, subjectName(topic, fullName), text))
    }
    return found
  }

  return { brokers, registryUrl, kafka, schemaId, registerContract }
}

/** The service's client writes zstd only. */
function writeCodecs(): void {
  const gzip = promisify<Buffer, Buffer>(zlib.gzip)
  compressBy('GZIP', 'gzip', gzip)
  compressBy('Snappy', 'snappy', async (buffer) => compressSnappy(buffer))
}

function compressBy(
  type: 'GZIP' | 'Snappy',
  name: CodecName,
  compress: (buffer: Buffer) => Promise<Buffer>,
): void {
  CompressionCodecs[CompressionTypes[type]] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => compress(buffer),
    decompress: (buffer: Buffer) => decompressBatch(name, buffer),
  })
}
