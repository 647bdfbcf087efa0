import { type Consumer, type ConsumerConfig, Kafka, logLevel } from 'kafkajs'

/** A plain kafkajs consumer, connected and subscribed to the whole topic. */
export async function plainConsumer(
  job: { brokers: string; topic: string; groupId: string },
  limits: Omit<ConsumerConfig, 'groupId'> = {},
): Promise<Consumer> {
  const kafka = new Kafka({ brokers: job.brokers.split(','), logLevel: logLevel.ERROR })
  const consumer = kafka.consumer({ groupId: job.groupId, ...limits })
  await consumer.connect()
  await consumer.subscribe({ topic: job.topic, fromBeginning: true })
  return consumer
}
