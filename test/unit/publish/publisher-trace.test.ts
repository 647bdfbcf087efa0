import { expect, it } from 'vitest'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import { headersByName } from '../../../src/event/headers.ts'
import { createPublisher } from '../../../src/publish/publisher.ts'
import type { SendSpans } from '../../../src/publish/topic-queues.ts'
import { wasted } from '../../support/events.ts'
import { fakeProducer, unavailable } from './fake-producer.ts'

const TRACE = {
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  tracestate: undefined,
}

function setUp(spans?: SendSpans) {
  let error: Error | undefined
  const { producer, batches } = fakeProducer(() => error)
  const publisher = createPublisher({
    contract: builtInContract(),
    producer,
    destinations: { of: async () => ({ topic: 'events', schemaId: 1 }) },
    deliveryTimeoutMs: 0,
    spans,
  })
  const headers = () =>
    batches.flatMap(({ records }) => records.map((each) => headersByName(each.headers!, String)))
  const fail = (with_: Error) => {
    error = with_
  }
  return { publisher, headers, fail }
}

it('records carry the trace that they were published with', async () => {
  const { publisher, headers } = setUp()
  await publisher.publish([wasted('a', '1'), wasted('b', '2')], TRACE)
  await publisher.publish([wasted('c', '3')])
  expect(headers().map((each) => each.traceparent)).toEqual([
    TRACE.traceparent,
    TRACE.traceparent,
    undefined,
  ])
  expect(headers()[0]).not.toHaveProperty('tracestate')
})

it('records carry the trace of their send span, which ends with the acknowledgement', async () => {
  const ended: unknown[] = []
  const asked: unknown[] = []
  const { publisher, headers, fail } = setUp({
    send(...args) {
      asked.push(args)
      const end = (error?: unknown) => void ended.push(error)
      return { trace: { traceparent: 'of the span', tracestate: 'b=2' }, end }
    },
  })
  await publisher.publish([wasted('a', '1')], TRACE)
  expect(asked).toEqual([['events', '1', TRACE]])
  expect(headers()).toMatchObject([{ traceparent: 'of the span', tracestate: 'b=2' }])
  expect(ended).toEqual([undefined])
  fail(unavailable())
  await expect(publisher.publish([wasted('a', '2')])).rejects.toThrow()
  expect(ended).toHaveLength(2)
  expect(ended[1]).toBeInstanceOf(Error)
})
