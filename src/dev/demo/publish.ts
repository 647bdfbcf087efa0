import { subjectName } from '../../avro/registry/subject-name.ts'
import { contractSchemaOf } from '../../avro/schema/contract-schemas.ts'
import { createProducer } from '../../kafka/producer/producer.ts'
import { openPublisher } from '../../publish/open-publisher.ts'
import { failed } from '../replicas/wait-for.ts'
import type { Publication } from '../workload/stream.ts'
import { figure } from './check.ts'
import { MALFORMED_EVENT, type MalformedRecord, malformedRecords } from './malformed-records.ts'
import type { Run } from './run.ts'

const CHUNK = 2_000

/** Publishes the stream in its order, with the odd records in the middle of it. */
export async function publishAll(
  run: Run,
  stream: readonly Publication[],
  odd: readonly MalformedRecord[],
): Promise<void> {
  const { config, topics, log, say, show, signal } = run
  say(`publishing ${figure(stream.length + odd.length)} records`)
  const publisher = await openPublisher(config, { topics, log })
  try {
    for (let from = 0; from < stream.length; from += CHUNK) {
      signal.throwIfAborted()
      await publisher.publish(stream.slice(from, from + CHUNK).map(({ event }) => event))
      if (from === 0) await produceOdd(run, odd)
      show(`published ${figure(Math.min(stream.length, from + CHUNK))}`)
    }
  } finally {
    await publisher.close()
  }
}

/** The odd records of this run; they carry the id of a schema that the registry has. */
export async function makeMalformedRecords({ registry, topics }: Run): Promise<MalformedRecord[]> {
  const { fullName, text } = contractSchemaOf(MALFORMED_EVENT)
  const subject = subjectName(topics.inventory, fullName)
  const schemaId = await registry.registeredId(subject, text)
  if (schemaId === undefined) throw failed(`${subject}: registered just now, but not found`)
  return malformedRecords(schemaId)
}

async function produceOdd({ kafka, topics }: Run, odd: readonly MalformedRecord[]): Promise<void> {
  const producer = await createProducer(kafka)
  const records = odd.map(({ key, value }) => ({ key, value }))
  await producer.send(topics.inventory, records).finally(() => producer.close())
}
