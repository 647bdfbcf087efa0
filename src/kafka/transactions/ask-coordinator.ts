import type { Clock } from '../../util/clock.ts'
import type { Coordinator } from '../member/coordinator.ts'
import { BrokerError, errorTypeOf } from '../protocol/broker-error.ts'
import type { RequestType } from '../protocol/request.ts'
import type { PartitionErrors } from '../protocol/requests/transaction.ts'
import { transactionFaultOf } from './transaction-error.ts'

export interface AskPorts {
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>
  deadlineMs: number
  /** A request got no response: it may still arrive. */
  onUnsure(): void
}

/** The error of a request that was refused, because of a topic if it says which. */
type Refusal = (error: BrokerError, topic: string | undefined) => Error

type Judged = { errorCode: number } | PartitionErrors

const REQUEST_LIMIT_MS = 5_000
const RETRY_MS = 20

/**
 * Asks a coordinator for something that, asked for again, does the same as once. Resolves with an answer
 * without errors. Rejects with the error of one that was refused, and with the last one by the deadline.
 */
export function askerOf({ clock, deadlineMs, onUnsure }: AskPorts) {
  return async function ask<Body, Answer extends Judged>(
    coordinator: Coordinator,
    request: RequestType<Body, Answer>,
    body: Body,
    refusal: Refusal = (error) => error,
  ): Promise<Answer> {
    for (;;) {
      const { answer, error, isFinal } = await askOnce(coordinator, request, body, refusal)
      if (answer !== undefined) return answer
      if (isFinal || clock.elapsedMs() >= deadlineMs) throw error
      await clock.sleep(RETRY_MS)
    }
  }

  async function askOnce<Body, Answer extends Judged>(
    coordinator: Coordinator,
    request: RequestType<Body, Answer>,
    body: Body,
    refusal: Refusal,
  ): Promise<{ answer?: Answer; error?: unknown; isFinal?: boolean }> {
    let answer: Answer
    try {
      answer = await coordinator.send('transaction', request, body, REQUEST_LIMIT_MS)
    } catch (error) {
      // No coordinator was named, so nothing was sent.
      if (error instanceof BrokerError) return { error, isFinal: isFinal(error.code) }
      onUnsure()
      return { error }
    }
    const { errorCode, topic } = problemOf(answer)
    const fault = transactionFaultOf(errorCode)
    if (fault === undefined) return { answer }
    if (fault === 'coordinator') coordinator.forget()
    const refused = new BrokerError(errorCode, `send ${request.name}`)
    const error = fault === 'refused' ? refusal(refused, topic) : refused
    return { error, isFinal: isFinal(errorCode) }
  }
}

function isFinal(errorCode: number): boolean {
  const fault = transactionFaultOf(errorCode)
  return fault === 'fenced' || fault === 'refused'
}

/** One partition that is refused lets all others fail, too: the answer says of these that they were not tried. */
function problemOf(answer: Judged): { errorCode: number; topic?: string } {
  if ('errorCode' in answer) return answer
  const problems = answer.partitions.filter(({ errorCode }) => errorCode !== 0)
  const first = problems.find(({ errorCode }) => errorTypeOf(errorCode) !== NOT_ATTEMPTED)
  return first ?? problems[0] ?? { errorCode: 0 }
}

const NOT_ATTEMPTED = 'OPERATION_NOT_ATTEMPTED'
