import type { Consumer } from 'kafkajs'
import type { TopicPartition } from './assigner/balance.ts'

export type LeadConsumer = Pick<Consumer, 'pause' | 'resume' | 'seek'>

/** Tells the running kafkajs consumer which partitions to read, and from where. */
export class PartitionControl {
  #consumer: LeadConsumer | undefined

  /** A new consumer takes over. */
  use(consumer: LeadConsumer): void {
    this.#consumer = consumer
  }

  pause(partitions: readonly TopicPartition[]): void {
    const each = partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] }))
    this.#call((consumer) => consumer.pause(each))
  }

  resume({ topic, partition }: TopicPartition): void {
    this.#call((consumer) => consumer.resume([{ topic, partitions: [partition] }]))
  }

  seek({ topic, partition }: TopicPartition, offset: number): void {
    this.#call((consumer) => consumer.seek({ topic, partition, offset: String(offset) }))
  }

  #call(what: (consumer: LeadConsumer) => void): void {
    try {
      if (this.#consumer !== undefined) what(this.#consumer)
    } catch {
      // kafkajs throws when it has crashed but not emitted CRASH yet. The crash will end every
      // epoch, so this call no longer matters.
    }
  }
}
