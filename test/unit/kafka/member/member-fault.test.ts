import { expect, it } from 'vitest'
import { faultOf, type MemberFault } from '../../../../src/kafka/member/member-fault.ts'
import {
  BrokerError,
  errorTypeOf,
  requireNoError,
} from '../../../../src/kafka/protocol/broker-error.ts'
import { InventoryEventsError } from '../../../../src/util/errors.ts'

/** By the numbers of Kafka's protocol, since kafkajs calls some by the names of older versions. */
const CODES: [code: number, MemberFault][] = [
  [27, 'rejoin'],
  [22, 'rejoin'],
  [25, 'evicted'],
  [14, 'coordinator'],
  [15, 'coordinator'],
  [16, 'coordinator'],
  [82, 'fenced'],
  [29, 'refused'],
  [30, 'refused'],
  [31, 'refused'],
  // Members of a roll-out that offer other protocols, and a group that is full, may be gone soon.
  [23, 'retry'],
  [81, 'retry'],
  [24, 'misfit'],
  [26, 'misfit'],
  [-1, 'retry'],
  [7, 'retry'],
  [28, 'retry'],
  [88, 'retry'],
  [999, 'retry'],
]

it.each(CODES)('error code %i calls for %s', (code, fault) => {
  const error = new BrokerError(code, 'join')
  expect(faultOf(error)).toBe(fault)
  expect(faultOf(new Error('wrapped', { cause: error }))).toBe(fault)
})

it.each([
  [
    'a login that is refused',
    Object.assign(new Error(), { name: 'KafkaJSSASLAuthenticationError' }),
  ],
  ['a broker that is too old', new InventoryEventsError('KAFKA_REFUSED', 'too old')],
])('%s is a refusal', (_, error) => {
  expect(faultOf(error)).toBe('refused')
})

it.each([
  ['no response', new InventoryEventsError('KAFKA_UNAVAILABLE', 'away', { retryable: true })],
  ['a lost connection', new Error('Closed connection')],
  ['a response that ends early', new RangeError('early')],
  ['nothing', undefined],
  ['a type that every object has', Object.assign(new Error(), { type: 'constructor' })],
])('%s is worth another attempt', (_, error) => {
  expect(faultOf(error)).toBe('retry')
})

it('names error codes, also those that are newer than kafkajs', () => {
  expect([0, 6, 100, 103, 4_711].map(errorTypeOf)).toEqual([
    'NONE',
    'NOT_LEADER_FOR_PARTITION',
    'UNKNOWN_TOPIC_ID',
    'INCONSISTENT_TOPIC_ID',
    'ERROR_CODE_4711',
  ])
})

it('throws for an error code, and for none not', () => {
  expect(() => requireNoError(0, 'join')).not.toThrow()
  expect(() => requireNoError(27, 'join')).toThrow('cannot join: REBALANCE_IN_PROGRESS')
})
