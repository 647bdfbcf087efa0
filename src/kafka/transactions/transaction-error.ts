import { errorTypeOf } from '../protocol/broker-error.ts'

/**
 * What an error code of a transaction's request calls for.
 * - `retry`: nothing has happened; the same request is sent again.
 * - `coordinator`: the same, and another broker may be the coordinator.
 * - `fenced`: the transaction has been ended, by its time limit or by a producer of the same id.
 * - `refused`: anything else.
 */
export type TransactionFault = 'retry' | 'coordinator' | 'fenced' | 'refused'

const FAULTS: Readonly<Record<string, TransactionFault>> = {
  // An earlier transaction of this producer is being ended.
  CONCURRENT_TRANSACTIONS: 'retry',
  NOT_COORDINATOR_FOR_GROUP: 'coordinator',
  GROUP_COORDINATOR_NOT_AVAILABLE: 'coordinator',
  GROUP_LOAD_IN_PROGRESS: 'coordinator',
  REQUEST_TIMED_OUT: 'coordinator',
  INVALID_PRODUCER_EPOCH: 'fenced',
  PRODUCER_FENCED: 'fenced',
  INVALID_PRODUCER_ID_MAPPING: 'fenced',
  INVALID_TXN_STATE: 'fenced',
}

/** Undefined for 0, which is no error. */
export function transactionFaultOf(errorCode: number): TransactionFault | undefined {
  if (errorCode === 0) return undefined
  return FAULTS[errorTypeOf(errorCode)] ?? 'refused'
}
