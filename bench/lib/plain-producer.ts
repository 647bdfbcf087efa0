import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs'

/** A plain kafkajs producer, connected. */
export async function plainProducer({ brokers }: { brokers: string }): Promise<Producer> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.ERROR })
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  return producer
}
