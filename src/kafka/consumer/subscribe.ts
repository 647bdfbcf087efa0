import type { Consumer } from 'kafkajs'

/** Connects and subscribes; disconnects again if that fails. */
export async function subscribe(consumer: Consumer, topics: readonly string[]): Promise<void> {
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  } catch (error) {
    await consumer.disconnect().catch(() => undefined)
    throw error
  }
}
