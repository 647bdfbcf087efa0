import kafkajs from 'kafkajs'
import { expect, it } from 'vitest'
import { retryRequest } from '../../../../src/kafka/client/retry-request.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } = kafkajs

const LOADING = { type: 'GROUP_LOAD_IN_PROGRESS', code: 14, retriable: true }
const MISSING = { type: 'UNKNOWN_TOPIC_OR_PARTITION', code: 3, retriable: true }
const FORBIDDEN = { type: 'GROUP_AUTHORIZATION_FAILED', code: 30, retriable: false }

/** As kafkajs makes it of the error code in a broker's answer. */
function refusal({ type, code, retriable }: typeof LOADING) {
  const error = new KafkaJSProtocolError(type)
  return Object.assign(error, { type, code, retriable })
}

/** Asks somebody who answers with these errors, one after the other, and then with 'yes'. */
function asking(errors: Error[]) {
  const clock = new ManualClock()
  let asked = 0
  const ask = async () => {
    const error = errors[asked]
    asked += 1
    if (error !== undefined) throw error
    return 'yes'
  }
  const answer = retryRequest(ask, clock).catch((error: Error) => error)
  return { answer, clock, asked: () => asked }
}

it('asks again where the coordinator of a group is loading what it holds', async () => {
  const { answer, clock, asked } = asking([refusal(LOADING), refusal(LOADING)])
  await clock.advance(1_000)
  expect(await answer).toBe('yes')
  expect(asked()).toBe(3)
})

it('gives up after a limit, with what was answered last', async () => {
  const refused = refusal(LOADING)
  const { answer, clock, asked } = asking(Array.from({ length: 50 }, () => refused))
  await clock.advance(60_000)
  expect(await answer).toBe(refused)
  expect(asked()).toBe(9)
  expect(clock.pending).toBe(0)
})

it.each([
  ['a right is missing', refusal(FORBIDDEN)],
  ['there is no such topic', refusal(MISSING)],
  ['kafkajs tried again itself', exceeded()],
  ['our own code fails', new TypeError('no such thing')],
])('does not ask again where %s', async (_why, error) => {
  const { answer, asked } = asking([error])
  expect(await answer).toBe(error)
  expect(asked()).toBe(1)
})

function exceeded() {
  const cause = refusal(LOADING)
  return new KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 8, retryTime: 2_000 })
}
