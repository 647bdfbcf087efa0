import { describe, expect, it } from 'vitest'
import { report, verdictOf } from '../../gateway-load/verdict.ts'

const good = {
  sent: {
    statuses: new Map([
      ['a', 202],
      ['b', 503],
      ['c', 503],
    ]),
    errors: 0,
    withoutRetryAfter: 0,
    seconds: 2,
    latencyMs: { p50: 1, p99: 2, max: 3 },
  },
  // A refused event may still be there.
  found: new Map([
    ['a', 1],
    ['b', 2],
  ]),
}

describe('the verdict of the load on the gateway', () => {
  it('passes if every event with 202 is in Kafka', () => {
    expect(verdictOf(good.sent, good.found, 0)).toEqual([])
    expect(report(good.sent, good.found)).toContain('answered 202: 1, of them in Kafka: 1')
  })

  it('detects an event with 202 that is not in Kafka', () => {
    expect(verdictOf(good.sent, new Map([['b', 1]]), 0)).toEqual([
      '1 answered 2xx are not in Kafka: a',
    ])
  })

  it('detects unexpected statuses, refusals without Retry-After, and a bad exit', () => {
    const statuses = new Map([['a', 500]])
    expect(verdictOf({ ...good.sent, statuses, withoutRetryAfter: 1 }, good.found, 1)).toEqual([
      'answers that nobody expects: 500',
      'no event was taken',
      'no event was refused: the brokers were not away',
      '1 refusals did not say when to come again',
      'the gateway ended with 1',
    ])
  })
})
