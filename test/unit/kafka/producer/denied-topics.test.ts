import { Kafka } from 'kafkajs'
import { expect, it } from 'vitest'
import { deniedTopics, recordWrite } from '../../../../src/kafka/producer/denied-topics.ts'
import { InventoryEventsError } from '../../../../src/util/errors.ts'

const refused = new InventoryEventsError('KAFKA_REFUSED', 'not allowed')

it('names a topic while its writes are denied, and not once nothing writes to it any more', () => {
  const kafka = new Kafka({ brokers: ['127.0.0.1:1'] })
  recordWrite(kafka, 'letters', 1_000, refused)
  expect(deniedTopics(kafka, 60_000)).toEqual(['write to letters'])
  recordWrite(kafka, 'letters', 60_000, refused)
  expect(deniedTopics(kafka, 119_000)).toEqual(['write to letters'])
  expect(deniedTopics(kafka, 121_000)).toEqual([])
})

it('names none whose last write was made', () => {
  const kafka = new Kafka({ brokers: ['127.0.0.1:1'] })
  recordWrite(kafka, 'letters', 1_000, refused)
  recordWrite(kafka, 'letters', 2_000)
  expect(deniedTopics(kafka, 3_000)).toEqual([])
})
