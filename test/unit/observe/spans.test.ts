import { type Attributes, context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { beforeEach, describe, expect, it } from 'vitest'
import { type HeadersByName, headersOf } from '../../../src/event/headers.ts'
import type { Trace } from '../../../src/event/trace.ts'
import { createSpans, type Spans } from '../../../src/observe/spans.ts'
import type { Delivery } from '../../../src/pipeline/delivery.ts'
import type { HandlerResult } from '../../../src/pipeline/handle/handler-result.ts'
import {
  type HandlerReturn,
  reject,
  retryAfter,
  skip,
} from '../../../src/plugin/returns/returns.ts'
import { Failure } from '../../../src/util/failure/failure.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN_ID = '00f067aa0ba902b7'
const ORIGIN: Trace = { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`, tracestate: 'a=1' }

const exporter = new InMemorySpanExporter()
const before = createSpans('group', '1.0.0')
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register()
const spans = createSpans('group', '1.0.0') as Spans

beforeEach(() => exporter.reset())

const finished = () => exporter.getFinishedSpans() as [ReadableSpan, ...ReadableSpan[]]

function delivery(named: HeadersByName = { ...ORIGIN }): Delivery {
  const key = Buffer.from('ent_1')
  const record = {
    topic: 'events',
    partition: 3,
    offset: 120,
    timestampMs: 0,
    key,
    headers: headersOf(named),
  }
  return {
    plugin: { slug: 'cold' },
    attempts: 1,
    wanted: { record, content: { id: 'e1' } },
  } as never
}

const returned: HandlerResult = { type: 'returned', value: undefined }

it('are not created without an SDK', () => {
  expect(before).toBeUndefined()
})

describe('the span of a call', () => {
  it('follows the conventions, as a child of the trace of the record', async () => {
    expect(await spans.around(delivery(), async () => returned)).toBe(returned)
    const [span] = finished()
    expect(span).toMatchObject({
      name: 'process events',
      kind: SpanKind.CONSUMER,
      parentSpanContext: { traceId: TRACE_ID, spanId: SPAN_ID, isRemote: true },
      status: { code: SpanStatusCode.UNSET },
      instrumentationScope: { name: 'inventory-events', version: '1.0.0' },
    })
    expect(span.spanContext().traceId).toBe(TRACE_ID)
    expect(span.spanContext().traceState?.serialize()).toBe('a=1')
    expect(span.links.map((link) => link.context.spanId)).toEqual([SPAN_ID])
    expect(span.attributes).toEqual({
      'messaging.system': 'kafka',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'events',
      'messaging.destination.partition.id': '3',
      'messaging.consumer.group.name': 'group',
      'messaging.kafka.offset': 120,
      'messaging.message.id': 'e1',
      'messaging.kafka.message.key': 'ent_1',
      'inventory_events.plugin': 'cold',
      'inventory_events.attempt': 2,
    })
  })

  it('starts a trace if the record has none', async () => {
    await spans.around(delivery({}), async () => returned)
    const [span] = finished()
    expect(span.parentSpanContext).toBeUndefined()
    expect(span.links).toEqual([])
  })

  it('of a batch has no parent, and a link to the trace of each event', async () => {
    const batch = [delivery(), delivery({}), delivery()] as const
    expect(await spans.aroundBatch([...batch], async () => returned)).toBe(returned)
    const [span] = finished()
    expect(span.parentSpanContext).toBeUndefined()
    expect(span.links.map((link) => link.context.spanId)).toEqual([SPAN_ID, SPAN_ID])
    expect(span).toMatchObject({ name: 'process events', kind: SpanKind.CONSUMER })
    expect(span.attributes).toEqual({
      'messaging.system': 'kafka',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'events',
      'messaging.consumer.group.name': 'group',
      'messaging.batch.message_count': 3,
      'inventory_events.plugin': 'cold',
    })
  })

  it('is active in the handler', async () => {
    await spans.around(delivery(), async () => {
      await Promise.resolve()
      trace.getTracer('handler').startSpan('inner').end()
      return returned
    })
    const [inner, outer] = finished()
    expect(inner.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId)
  })

  it.each<[HandlerResult, string]>([
    [{ type: 'threw', error: new TypeError('with the content of an event') }, 'TypeError'],
    [{ type: 'threw', error: 'text' }, '_OTHER'],
    [{ type: 'timed-out', timeoutMs: 5 }, 'timed-out'],
    [{ type: 'interrupted', error: new Failure('why') }, 'interrupted'],
  ])('records a failure: %j', async (result, errorType) => {
    await spans.around(delivery(), async () => result)
    const [span] = finished()
    expect(span.attributes['error.type']).toBe(errorType)
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(span.events).toEqual([])
  })
})

it.each<[HandlerReturn, Attributes]>([
  [skip('not mine'), { 'inventory_events.returned': 'skip' }],
  [reject('no'), { 'inventory_events.returned': 'reject' }],
  [
    retryAfter(1_000, 'limited'),
    { 'inventory_events.returned': 'retry-after', 'inventory_events.retry_after_ms': 1_000 },
  ],
  [
    reject('no', { code: 'NO_BAY' }),
    { 'inventory_events.returned': 'reject', 'inventory_events.code': 'NO_BAY' },
  ],
])('the span of a call has what the handler returned: %j', async (value, attributes) => {
  await spans.around(delivery(), async () => ({ type: 'returned', value }))
  const [span] = finished()
  expect(span.attributes).toMatchObject(attributes)
  expect(span.status).toEqual({ code: SpanStatusCode.UNSET })
})

describe('the span of a record that is sent', () => {
  it('is a child of the origin, and the parent of the record', () => {
    const sent = spans.send('events', 'e1', ORIGIN)
    expect(finished()).toEqual([])
    sent.end()
    const [span] = finished()
    expect(span).toMatchObject({
      name: 'send events',
      kind: SpanKind.PRODUCER,
      parentSpanContext: { traceId: TRACE_ID, spanId: SPAN_ID },
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.destination.name': 'events',
        'messaging.message.id': 'e1',
      },
    })
    expect(sent.trace).toEqual({
      traceparent: `00-${TRACE_ID}-${span.spanContext().spanId}-01`,
      tracestate: 'a=1',
    })
  })

  it("is a child of the caller's active span, if any", () => {
    const request = trace.getTracer('http').startSpan('request')
    context.with(trace.setSpan(context.active(), request), () =>
      spans.send('events', 'e1', ORIGIN).end(),
    )
    const [span] = finished()
    expect(span.parentSpanContext?.spanId).toBe(request.spanContext().spanId)
  })

  it('records that it was not acknowledged', () => {
    spans.send('events', 'e1', undefined).end(new Error('no answer'))
    const [span] = finished()
    expect(span.attributes['error.type']).toBe('Error')
    expect(span.status.code).toBe(SpanStatusCode.ERROR)
  })
})
