import kafkajs from 'kafkajs'
import { expect, it } from 'vitest'
import { retryRequest } from '../../../../src/kafka/client/retry-request.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } = kafkajs

const LOADING = { type: 'GROUP_LOAD_IN_PROGRESS', code: 14, retriable: true }
const MISSING = { type: 'UNKNOWN_TOPIC_OR_PARTITION', code: 3, retriable: true }
const FORBIDDEN = { type: 'GROUP_AUTHORIZATION_FAILED', code: 30, retriable: false }

/** The error that kafkajs makes of an error code in a response. */
function refusal({ type, code, retriable }: typeof LOADING) {
  const error = new KafkaJSProtocolError(type)
  return Object.assign(error, { type, code, retriable })
}

/** A request that fails with these errors in turn, then returns 'yes'. */
function requesting(errors: Error[]) {
  const clock = new ManualClock()
  let requests = 0
  const request = async () => {
    const error = errors[requests]
    requests += 1
    if (error !== undefined) throw error
    return 'yes'
  }
  const result = retryRequest(request, clock).catch((error: Error) => error)
  return { result, clock, requests: () => requests }
}

it('retries while a group coordinator is loading', async () => {
  const { result, clock, requests } = requesting([refusal(LOADING), refusal(LOADING)])
  await clock.advance(1_000)
  expect(await result).toBe('yes')
  expect(requests()).toBe(3)
})

it('gives up after 16 attempts, with the last error', async () => {
  const refused = refusal(LOADING)
  const { result, clock, requests } = requesting(Array.from({ length: 50 }, () => refused))
  await clock.advance(60_000)
  expect(await result).toBe(refused)
  expect(requests()).toBe(16)
  expect(clock.pending).toBe(0)
})

it.each([
  ['a right is missing', refusal(FORBIDDEN)],
  ['the topic does not exist', refusal(MISSING)],
  ['kafkajs has retried itself', exceeded()],
  ['our own code fails', new TypeError('no such thing')],
])('does not retry when %s', async (_why, error) => {
  const { result, requests } = requesting([error])
  expect(await result).toBe(error)
  expect(requests()).toBe(1)
})

function exceeded() {
  const cause = refusal(LOADING)
  return new KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 8, retryTime: 2_000 })
}
