import kafkajs from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { classifyCrash } from '../../../../src/kafka/consumer/crash-kind.ts'

const {
  KafkaJSBrokerNotFound,
  KafkaJSConnectionError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
  KafkaJSSASLAuthenticationError,
} = kafkajs as unknown as Record<string, new (error: Error | string, details?: object) => Error>

const code = (name: string) => Object.assign(new Error(name), { code: name })
const protocolError = (type: string, retriable: boolean) =>
  new KafkaJSProtocolError!(Object.assign(new Error(type), { type, code: 1, retriable }))

/** How kafkajs reports exhausted retries: the actual error is the cause of a cause. */
const wrapped = (error: Error) =>
  new KafkaJSNonRetriableError!(error, {
    cause: new KafkaJSNumberOfRetriesExceeded!(error, {
      retryCount: 5,
      retryTime: 1,
      cause: error,
    }),
  })

describe('a crash', () => {
  it.each([
    ['no connection', new KafkaJSConnectionError!('connect ECONNREFUSED')],
    ['a reset one', code('ECONNRESET')],
    ['a broker that is gone', new KafkaJSBrokerNotFound!('Broker 2 not found in the metadata')],
    ['a coordinator that is loading', protocolError('GROUP_LOAD_IN_PROGRESS', true)],
  ])('passes by itself: %s', (_, error) => {
    expect(classifyCrash(error)).toBe('away')
    expect(classifyCrash(wrapped(error))).toBe('away')
  })

  it.each([
    ['a login that is refused', new KafkaJSSASLAuthenticationError!('wrong password')],
    ['no right to read', protocolError('TOPIC_AUTHORIZATION_FAILED', false)],
    ['no right to the group', protocolError('GROUP_AUTHORIZATION_FAILED', false)],
  ])('would come again with a new client: %s', (_, error) => {
    expect(classifyCrash(error)).toBe('final')
    expect(classifyCrash(wrapped(error))).toBe('final')
  })

  it.each([
    ['a fault of kafkajs', new TypeError('Cannot read properties of undefined')],
    ['an answer that is not worth a second try', protocolError('INVALID_SESSION_TIMEOUT', false)],
  ])('may not come again, but is not waited out for ever: %s', (_, error) => {
    expect(classifyCrash(error)).toBe('retry')
    expect(classifyCrash(wrapped(error))).toBe('retry')
  })
})
