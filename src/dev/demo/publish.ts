import { subjectName } from '../../avro/registry/subject-name.ts'
import { builtInContract } from '../../avro/schema/contract-schemas.ts'
import { createProducer } from '../../kafka/producer/producer.ts'
import { openPublisher } from '../../publish/open-publisher.ts'
import { failed } from '../replicas/wait-for.ts'
import {
  MALFORMED_EVENT,
  type MalformedRecord,
  malformedRecords,
} from '../workload/malformed-records.ts'
import type { Publication } from '../workload/stream.ts'
import { figure } from './check.ts'
import type { Run } from './run.ts'

const CHUNK = 2_000
/** How old malformed records are. */
const AGE_MS = 120_000

/** Publishes the stream in order, with the malformed records after the first chunk. */
export async function publishAll(
  run: Run,
  stream: readonly Publication[],
  malformed: readonly MalformedRecord[],
): Promise<void> {
  const { config, topics, log, say, show, signal } = run
  say(`publishing ${figure(stream.length + malformed.length)} records`)
  const publisher = await openPublisher(config, { contract: builtInContract(), topics, log })
  try {
    for (let from = 0; from < stream.length; from += CHUNK) {
      signal.throwIfAborted()
      await publisher.publish(stream.slice(from, from + CHUNK).map(({ event }) => event))
      if (from === 0) await produceMalformed(run, malformed)
      show(`published ${figure(Math.min(stream.length, from + CHUNK))}`)
    }
  } finally {
    await publisher.close()
  }
}

/** The malformed records of this run, with the id of a registered schema. */
export async function makeMalformedRecords({ registry, topics }: Run): Promise<MalformedRecord[]> {
  const { fullName, text } = builtInContract().of(MALFORMED_EVENT)
  const subject = subjectName(topics.inventory, fullName)
  const schemaId = await registry.registeredId(subject, text)
  if (schemaId === undefined) throw failed(`${subject}: registered but not found`)
  return malformedRecords(schemaId)
}

async function produceMalformed(
  { kafka, topics }: Run,
  malformed: readonly MalformedRecord[],
): Promise<void> {
  const producer = await createProducer(kafka)
  // For a record of the last minute, the service waits for the registry to learn of its schema.
  const timestampMs = Date.now() - AGE_MS
  const records = malformed.map(({ key, value }) => ({ key, value, timestampMs }))
  await producer.send(topics.inventory, records).finally(() => producer.close())
}
