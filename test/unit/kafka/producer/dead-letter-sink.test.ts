import { describe, expect, it } from 'vitest'
import type { DeadLetter } from '../../../../src/dead-letter/dead-letter.ts'
import { createFittingSink } from '../../../../src/dead-letter/fitting-sink.ts'
import { headersOf } from '../../../../src/event/headers.ts'
import { isTooLarge } from '../../../../src/kafka/client/errors.ts'
import { createDeadLetterSink } from '../../../../src/kafka/producer/dead-letter-sink.ts'
import type { OutgoingRecord } from '../../../../src/kafka/producer/message.ts'
import type { SendOptions } from '../../../../src/kafka/producer/producer.ts'

/** A topic whose limit applies to uncompressed bytes, as for data that does not compress. */
function topicWithLimit(limitBytes: number) {
  const topic = { limitBytes }
  const sent: { bytes: number | undefined; compress: boolean | undefined }[] = []
  const stubs: string[] = []
  const sink = createDeadLetterSink({
    producer: {
      async send(_, [record]: readonly OutgoingRecord[], { compress }: SendOptions = {}) {
        const bytes = record?.value?.length
        if ((bytes ?? 1_000) > topic.limitBytes) {
          throw new Error('refused', {
            cause: Object.assign(new Error('large'), { type: 'MESSAGE_TOO_LARGE' }),
          })
        }
        sent.push({ bytes, compress })
        return []
      },
    },
    partitionCountOf: async () => 2,
  })
  const fitting = createFittingSink({ sink, isTooLarge, onStub: ({ topic }) => stubs.push(topic) })
  return { topic, sink: fitting, sent, stubs }
}

function deadLetter(bytes: number): DeadLetter {
  return { topic: 't', partition: 3, key: null, value: Buffer.alloc(bytes), headers: headersOf({}) }
}

describe('a dead letter', () => {
  it('is compressed if it is large', async () => {
    const { sink, sent } = topicWithLimit(5_000_000)
    await sink.write(deadLetter(10))
    await sink.write(deadLetter(3_000_000))
    expect(sent).toEqual([
      { bytes: 10, compress: false },
      { bytes: 3_000_000, compress: true },
    ])
  })

  it('that does not fit is written as a stub', async () => {
    const { sink, sent, stubs } = topicWithLimit(1_000_000)
    await sink.write(deadLetter(3_000_000))
    expect(sent).toEqual([{ bytes: undefined, compress: false }])
    expect(stubs).toEqual(['t'])
    expect(sink.tooSmall).toEqual([])
  })

  it('whose stub does not fit either is rejected, and its topic reported until one fits', async () => {
    const { topic, sink, stubs } = topicWithLimit(100)
    await expect(sink.write(deadLetter(3_000))).rejects.toThrow('refused')
    expect(sink.tooSmall).toEqual(['t'])
    topic.limitBytes = 5_000
    await sink.write(deadLetter(3_000))
    expect(sink.tooSmall).toEqual([])
    expect(stubs).toEqual([])
  })
})
