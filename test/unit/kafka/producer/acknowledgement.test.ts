import { describe, expect, it } from 'vitest'
import { requireAcknowledged } from '../../../../src/kafka/producer/acknowledgement.ts'

const row = (partition: number, baseOffset: string, errorCode = 0) => ({
  topicName: 'orders',
  partition,
  errorCode,
  baseOffset,
})

const refused = (message: string) =>
  expect.objectContaining({ code: 'PRODUCE_UNACKNOWLEDGED', retryable: true, message })

describe('the result of a send', () => {
  it('is acknowledged if it has an offset for each partition', () => {
    const acknowledged = requireAcknowledged('orders', new Set([2, 0]), [row(0, '0'), row(2, '7')])
    expect(acknowledged).toEqual([
      { partition: 2, baseOffset: '7' },
      { partition: 0, baseOffset: '0' },
    ])
  })

  it.each([
    ['is empty', []],
    ['leaves a partition out', [row(0, '4')]],
    ['has no offset', [row(0, '4'), row(2, '-1')]],
    ['has an error code', [row(0, '4'), row(2, '5', 3)]],
    ['is about another topic', [row(0, '4'), { ...row(2, '5'), topicName: 'other' }]],
  ])('fails when it %s', (_, answer) => {
    expect(() => requireAcknowledged('orders', new Set([2, 0]), answer)).toThrow(
      expect.objectContaining({ code: 'PRODUCE_UNACKNOWLEDGED', retryable: true }),
    )
  })

  it('names topic and partition', () => {
    expect(() => requireAcknowledged('orders', new Set([11, 2]), [])).toThrow(
      refused('topic orders: Kafka acknowledged no offset for partition 2, 11; does it exist?'),
    )
  })
})
