import { errorTypeOf } from '../protocol/broker-error.ts'

/**
 * What the error code of a batch calls for.
 * - `written`: it is in the log, by this attempt or by an earlier one.
 * - `retry`: it may have been written or not: the very same batch is sent again, to whoever leads then.
 * - `too-large`: a part of it may fit.
 * - `lost-track`: the leader has lost track of this producer's batches; it was not written.
 * - `refused`: it was not and will not be written.
 */
export type ProduceError = 'written' | 'retry' | 'too-large' | 'lost-track' | 'refused'

const ERRORS: Readonly<Record<string, ProduceError>> = {
  NONE: 'written',
  DUPLICATE_SEQUENCE_NUMBER: 'written',
  UNKNOWN_TOPIC_OR_PARTITION: 'retry',
  LEADER_NOT_AVAILABLE: 'retry',
  NOT_LEADER_FOR_PARTITION: 'retry',
  NOT_ENOUGH_REPLICAS: 'retry',
  KAFKA_STORAGE_ERROR: 'retry',
  CORRUPT_MESSAGE: 'retry',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'retry',
  REQUEST_TIMED_OUT: 'retry',
  NETWORK_EXCEPTION: 'retry',
  UNKNOWN: 'retry',
  MESSAGE_TOO_LARGE: 'too-large',
  RECORD_LIST_TOO_LARGE: 'too-large',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'lost-track',
  UNKNOWN_PRODUCER_ID: 'lost-track',
  INVALID_PRODUCER_EPOCH: 'lost-track',
  INVALID_PRODUCER_ID_MAPPING: 'lost-track',
}

export function produceErrorOf(errorCode: number): ProduceError {
  return ERRORS[errorTypeOf(errorCode)] ?? 'refused'
}
