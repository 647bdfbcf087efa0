import { expect, it } from 'vitest'
import { headersOf } from '../../../../src/event/headers.ts'
import type { Trace } from '../../../../src/event/trace.ts'
import { withSpans } from '../../../../src/pipeline/handle/call-span.ts'
import { reject } from '../../../../src/plugin/returns/returns.ts'
import { settled } from '../../../support/manual-clock.ts'
import { partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

const value = Buffer.from('{"kind":"a","id":"1"}')

it("a handler and a dead letter get the record's trace", async () => {
  const seen: (Trace | undefined)[] = []
  const kit = pipelineKit({
    plugins: [
      plugin({
        processEvent(_event, { trace }) {
          seen.push(trace)
          return reject('no')
        },
      }),
    ],
  })
  const { take } = partition(kit)
  take({ value, headers: headersOf({ traceparent: Buffer.from(TRACEPARENT), tracestate: 'a=1' }) })
  take({
    value: Buffer.from('{"kind":"a","id":"2"}'),
    headers: headersOf({ traceparent: 'nonsense' }),
  })
  await settled()
  expect(seen).toEqual([{ traceparent: TRACEPARENT, tracestate: 'a=1' }, undefined])
  const [letter] = kit.letters
  expect(String(letter?.headers.last('traceparent'))).toBe(TRACEPARENT)
  expect(letter?.headers.last('tracestate')).toBe('a=1')
})

it('each attempt runs in a span, whose result counts', async () => {
  const attempts: number[] = []
  const kit = pipelineKit({
    plugins: [
      plugin({
        processEvent(_event, { attempt }) {
          if (attempt === 1) throw new Error('not yet')
        },
      }),
    ],
    spans: {
      async around(delivery, call) {
        const result = await call()
        attempts.push(delivery.attempts)
        return result
      },
      aroundBatch: (_, call) => call(),
    },
  })
  partition(kit).take({ value })
  await settled()
  await kit.clock.advance(100)
  await settled()
  expect(attempts).toEqual([1, 2])
  expect(kit.ended).toEqual([{ plugin: 'plugin', id: '1', outcome: 'processed' }])
})

it('costs nothing without tracing', () => {
  const handle = async () => ({ type: 'returned', value: undefined }) as const
  expect(withSpans(handle, undefined)).toBe(handle)
})
