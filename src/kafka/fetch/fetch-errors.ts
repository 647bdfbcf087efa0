import { errorTypeOf } from '../protocol/broker-error.ts'

/**
 * What the error code of one partition in a response calls for.
 * - `none`: there is none.
 * - `leader`: another broker leads the partition, or soon will: ask for metadata.
 * - `out-of-range`: the log does not have the offset.
 * - `refused`: this user may not read the topic.
 * - `failed`: anything else, such as a batch that the broker found corrupt.
 */
export type FetchError = 'none' | 'leader' | 'out-of-range' | 'refused' | 'failed'

const ERRORS: Readonly<Record<string, FetchError>> = {
  NONE: 'none',
  OFFSET_OUT_OF_RANGE: 'out-of-range',
  TOPIC_AUTHORIZATION_FAILED: 'refused',
  NOT_LEADER_FOR_PARTITION: 'leader',
  LEADER_NOT_AVAILABLE: 'leader',
  REPLICA_NOT_AVAILABLE: 'leader',
  UNKNOWN_TOPIC_OR_PARTITION: 'leader',
  UNKNOWN_TOPIC_ID: 'leader',
  INCONSISTENT_TOPIC_ID: 'leader',
  FENCED_LEADER_EPOCH: 'leader',
  UNKNOWN_LEADER_EPOCH: 'leader',
  OFFSET_NOT_AVAILABLE: 'leader',
  KAFKA_STORAGE_ERROR: 'leader',
}

export function fetchErrorOf(errorCode: number): FetchError {
  return ERRORS[errorTypeOf(errorCode)] ?? 'failed'
}
