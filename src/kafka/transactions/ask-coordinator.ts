import type { Clock } from '../../util/clock.ts'
import type { Coordinator } from '../member/coordinator.ts'
import { BrokerError, errorTypeOf, TopicError } from '../protocol/broker-error.ts'
import type { RequestType } from '../protocol/request.ts'
import { transactionFaultOf } from './transaction-error.ts'

export interface AskPorts {
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>
  deadlineMs: number
  /** A request got no response: it may still arrive. */
  onUnsure(): void
}

type Judged = { errorCode: number } | { partitions: { topic: string; errorCode: number }[] }

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
  ): Promise<Answer> {
    for (;;) {
      const { answer, error, isFinal } = await askOnce(coordinator, request, body)
      if (answer !== undefined) return answer
      if (isFinal || clock.elapsedMs() >= deadlineMs) throw error
      await clock.sleep(RETRY_MS)
    }
  }

  async function askOnce<Body, Answer extends Judged>(
    coordinator: Coordinator,
    request: RequestType<Body, Answer>,
    body: Body,
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
    const { errorCode, topic } = problemIn(answer)
    const fault = transactionFaultOf(errorCode)
    if (fault === undefined) return { answer }
    if (fault === 'coordinator') coordinator.forget()
    const doing = `send ${request.name}`
    const error =
      topic === undefined
        ? new BrokerError(errorCode, doing)
        : new TopicError(errorCode, doing, topic)
    return { error, isFinal: isFinal(errorCode) }
  }
}

function isFinal(errorCode: number): boolean {
  const fault = transactionFaultOf(errorCode)
  return fault === 'fenced' || fault === 'refused'
}

/** The first problem in an answer, rather than what was left undone because of it. */
function problemIn(answer: Judged): { errorCode: number; topic?: string } {
  if ('errorCode' in answer) return { errorCode: answer.errorCode }
  const failed = answer.partitions.filter(({ errorCode }) => errorCode !== 0)
  const isReason = ({ errorCode }: { errorCode: number }) =>
    errorTypeOf(errorCode) !== 'OPERATION_NOT_ATTEMPTED'
  return failed.find(isReason) ?? failed[0] ?? { errorCode: 0 }
}
