import type { Kafka } from 'kafkajs'
import { createFittingSink } from '../dead-letter/fitting-sink.ts'
import { DLQ } from '../dead-letter/headers.ts'
import { headerText } from '../event/headers.ts'
import { partitionCountOf } from '../kafka/admin/required-topics.ts'
import { isTooLarge } from '../kafka/client/errors.ts'
import { createDeadLetterSink } from '../kafka/producer/dead-letter-sink.ts'
import type { Producer } from '../kafka/producer/producer.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Logger } from '../util/logger.ts'

export interface DeadLetterParts {
  kafka: Kafka
  producer: Producer
  metrics: Metrics
  log: Logger
}

/** The dead-letter topics; what is left out of a dead letter to make it fit is counted and logged. */
export function openDeadLetters({ kafka, producer, metrics, log }: DeadLetterParts) {
  return createFittingSink({
    sink: createDeadLetterSink({
      producer,
      partitionCountOf: (topic) => partitionCountOf(kafka, topic),
    }),
    isTooLarge,
    onStub: ({ topic }, stub) => {
      const text = (name: string) => headerText(stub, name)
      const input = String(text(DLQ.topic))
      metrics.deadLetterStubs.inc({ topic: input })
      const record = `${input}/${text(DLQ.partition)}@${text(DLQ.offset)}`
      const [plugin, event, eventId] = [text(DLQ.plugin), text(DLQ.event), text(DLQ.eventId)]
      const valueBytes = text(DLQ.valueBytes)
      log.error({ plugin, event, eventId, topic, record, valueBytes }, STUB_WRITTEN)
    },
  })
}

const STUB_WRITTEN =
  'a dead letter is too large for its topic: only a stub was written, its value stays in the input; raise max.message.bytes'
