import { createProducer } from '../../src/kafka/producer/producer.ts'
import type { Bench } from './bench.ts'
import { prepareTopic } from './dataset.ts'
import { createStream } from './events.ts'

/** Creates a topic with an event in each partition. */
export async function publishOneEach(
  { kafka, registryUrl, dataset }: Bench,
  topic: string,
  partitions: number,
): Promise<void> {
  const toOutgoing = await prepareTopic(kafka, registryUrl, topic, partitions)
  const next = createStream(dataset)
  const records = Array.from({ length: partitions }, (_, partition) => {
    return { ...toOutgoing(next()), partition }
  })
  const producer = await createProducer(kafka)
  await producer.send(topic, records).finally(() => producer.close())
}
