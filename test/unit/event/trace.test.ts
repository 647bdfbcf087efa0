import { describe, expect, it } from 'vitest'
import { traceHeaders, traceOf } from '../../../src/event/trace.ts'

const GOOD = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

const read = (headers: Record<string, string>) => traceOf((name) => headers[name])

describe('the trace of headers', () => {
  it.each([
    GOOD,
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00',
    '01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later',
  ])('is read from %s', (traceparent) => {
    expect(read({ traceparent })).toEqual({ traceparent, tracestate: undefined })
  })

  it.each([
    '',
    `${GOOD}-more`,
    GOOD.toUpperCase(),
    `ff${GOOD.slice(2)}`,
    GOOD.replace('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32)),
    GOOD.replace('00f067aa0ba902b7', '0'.repeat(16)),
    GOOD.slice(0, -1),
    `01${GOOD.slice(2)}-${'x'.repeat(1_000)}`,
    `${GOOD}\n`,
  ])('is not read from %j', (traceparent) => {
    expect(read({ traceparent })).toBeUndefined()
  })

  it('includes a valid tracestate', () => {
    expect(read({ traceparent: GOOD, tracestate: 'a=1,b=2' })?.tracestate).toBe('a=1,b=2')
    expect(read({ traceparent: GOOD, tracestate: 'a'.repeat(513) })?.tracestate).toBeUndefined()
    expect(read({ traceparent: GOOD, tracestate: 'ä=1' })?.tracestate).toBeUndefined()
    expect(read({ tracestate: 'a=1' })).toBeUndefined()
  })

  it('is written back as headers', () => {
    const headers = { traceparent: GOOD, tracestate: 'a=1' }
    expect(traceHeaders(read(headers))).toEqual(headers)
    expect(traceHeaders(read({ traceparent: GOOD }))).toEqual({ traceparent: GOOD })
    expect(traceHeaders(undefined)).toEqual({})
  })
})
