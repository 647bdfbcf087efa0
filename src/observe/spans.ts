import {
  type Attributes,
  type Context,
  context,
  createTraceState,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { headerText } from '../event/headers.ts'
import { type Trace, traceOf } from '../event/trace.ts'
import type { Delivery } from '../pipeline/delivery.ts'
import type { CallEnd, CallSpans } from '../pipeline/handle/call-span.ts'
import type { Called } from '../pipeline/handle/call-watch.ts'
import type { HandlerResult } from '../pipeline/handle/handler-result.ts'
import { type HandlerReturn, RETURN } from '../plugin/returns/returns.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'

/** The span of one record being produced. */
export interface SendSpan {
  /** The trace headers of the record, so that its handlers become children of this span. */
  trace: Trace
  /** Ends the span; pass the error if the record was not acknowledged. */
  end(error?: unknown): void
}

export interface Spans extends CallSpans {
  /** `origin` is the parent if no span is active. */
  send(topic: string, eventId: string, origin: Trace | undefined): SendSpan
}

/**
 * Spans by OpenTelemetry's messaging conventions, for the SDK registered at the time of the call.
 * Undefined without an SDK, so that they cost nothing.
 */
export function createSpans(groupId: string, version: string): Spans | undefined {
  const tracer = tracerOfSdk(version)
  if (tracer === undefined) return undefined
  return {
    around: (delivery, call) => process(tracer, groupId, delivery, call),
    aroundBatch: (deliveries, call) => processBatch(tracer, groupId, deliveries, call),
    send: (topic, eventId, origin) => send(tracer, topic, eventId, origin),
  }
}

/** Undefined without an SDK, where the API would return a no-op tracer. */
function tracerOfSdk(version: string): Tracer | undefined {
  const provider = trace.getTracerProvider()
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer('inventory-events', version)
    : provider.getTracer('inventory-events', version)
}

async function process(
  tracer: Tracer,
  groupId: string,
  delivery: Delivery,
  call: () => MaybePromise<HandlerResult>,
): Promise<HandlerResult> {
  const { record } = delivery.wanted
  const origin = remote(traceOf((name) => headerText(record, name)))
  const parent = below(origin)
  const span = tracer.startSpan(
    `process ${record.topic}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: attributesOf(delivery, groupId),
      links: origin === undefined ? [] : [{ context: origin }],
    },
    parent,
  )
  try {
    const result = await context.with(trace.setSpan(parent, span), call)
    recordResult(span, result)
    return result
  } finally {
    span.end()
  }
}

/** A span of its own, linked with the trace of each event: it has no one parent. */
async function processBatch<Result extends CallEnd>(
  tracer: Tracer,
  groupId: string,
  deliveries: Called,
  call: () => Promise<Result>,
): Promise<Result> {
  const origins = deliveries.flatMap(({ wanted: { record } }) => {
    return remote(traceOf((name) => headerText(record, name))) ?? []
  })
  const topics = new Set(deliveries.map(({ wanted }) => wanted.record.topic))
  const [topic] = topics
  const one = topics.size === 1 && topic !== undefined ? topic : undefined
  const span = tracer.startSpan(
    one === undefined ? 'process' : `process ${one}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        ...(one !== undefined && { 'messaging.destination.name': one }),
        'messaging.consumer.group.name': groupId,
        'messaging.batch.message_count': deliveries.length,
        'inventory_events.plugin': deliveries[0].plugin.slug,
      },
      links: origins.map((context) => ({ context })),
    },
    ROOT_CONTEXT,
  )
  try {
    const result = await context.with(trace.setSpan(ROOT_CONTEXT, span), call)
    recordEnd(span, result)
    return result
  } finally {
    span.end()
  }
}

function attributesOf({ plugin, wanted, attempts }: Delivery, groupId: string): Attributes {
  const { record, content } = wanted
  return {
    'messaging.system': 'kafka',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': record.topic,
    'messaging.destination.partition.id': String(record.partition),
    'messaging.consumer.group.name': groupId,
    'messaging.kafka.offset': record.offset,
    ...(content && { 'messaging.message.id': content.id }),
    ...(record.key && { 'messaging.kafka.message.key': record.key.toString() }),
    'inventory_events.plugin': plugin.slug,
    'inventory_events.attempt': attempts + 1,
  }
}

function recordResult(span: Span, result: HandlerResult): void {
  if (result.type === 'deferred') return
  recordEnd(span, result)
  if (result.type === 'returned' && result.value !== undefined) recordReturn(span, result.value)
}

function recordEnd(span: Span, end: CallEnd): void {
  switch (end.type) {
    case 'returned':
      return
    case 'threw':
      failed(span, end.error)
      return
    case 'timed-out':
    case 'interrupted':
      span.setAttribute('error.type', end.type)
      span.setStatus({ code: SpanStatusCode.ERROR })
  }
}

function recordReturn(span: Span, value: HandlerReturn): void {
  span.setAttribute('inventory_events.returned', value[RETURN])
  if (value[RETURN] === 'reject' && value.code !== undefined) {
    span.setAttribute('inventory_events.code', value.code)
  }
  if (value[RETURN] === 'retry-after') {
    span.setAttribute('inventory_events.retry_after_ms', value.delayMs)
  }
}

function send(tracer: Tracer, topic: string, eventId: string, origin: Trace | undefined): SendSpan {
  const active = context.active()
  const isActive = trace.getSpanContext(active) !== undefined
  const span = tracer.startSpan(
    `send ${topic}`,
    {
      kind: SpanKind.PRODUCER,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.destination.name': topic,
        'messaging.message.id': eventId,
      },
    },
    isActive ? active : below(remote(origin)),
  )
  return {
    trace: headersOf(span.spanContext()),
    end(error) {
      if (error !== undefined) failed(span, error)
      span.end()
    },
  }
}

/** Records the error's name only: its message may contain event data. */
function failed(span: Span, error: unknown): void {
  span.setAttribute('error.type', error instanceof Error ? error.name : '_OTHER')
  span.setStatus({ code: SpanStatusCode.ERROR })
}

function below(origin: SpanContext | undefined): Context {
  return origin === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, origin)
}

function remote(origin: Trace | undefined): SpanContext | undefined {
  if (origin === undefined) return undefined
  const [, traceId, spanId, flags] = origin.traceparent.split('-') as [
    string,
    string,
    string,
    string,
  ]
  const { tracestate } = origin
  return {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(tracestate && { traceState: createTraceState(tracestate) }),
  }
}

function headersOf({ traceId, spanId, traceFlags, traceState }: SpanContext): Trace {
  const flags = traceFlags.toString(16).padStart(2, '0')
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate: traceState?.serialize() }
}
