import { createHash } from 'node:crypto'
import { headersOf } from '../event/headers.ts'
import type { DeadLetter } from './dead-letter.ts'
import { DLQ, isAdded, ownHeaders } from './headers.ts'

/** The largest key, and the largest sum of own headers, that a stub keeps. */
const KEPT_BYTES_MAX = 16 * 1024

/**
 * A dead letter without what makes it too large for its topic. It says where the original is, how long
 * its value is and its checksum; the bytes stay in the input for as long as Kafka keeps them.
 */
export function stubOf(deadLetter: DeadLetter): DeadLetter {
  const { key, value, headers } = deadLetter
  const own = ownHeaders(headers)
  const keepsKey = (key?.length ?? 0) <= KEPT_BYTES_MAX
  const keepsHeaders = own.size <= KEPT_BYTES_MAX
  const omitted = ['value', ...(keepsKey ? [] : ['key']), ...(keepsHeaders ? [] : ['headers'])]
  const causes = [...headers].filter((each) => isAdded(each.name))
  return {
    ...deadLetter,
    key: keepsKey ? key : null,
    value: null,
    headers: headersOf(
      {
        [DLQ.omitted]: omitted.join(','),
        [DLQ.valueBytes]: String(value?.length ?? 0),
        [DLQ.valueSha256]: createHash('sha256')
          .update(value ?? Buffer.alloc(0))
          .digest('hex'),
      },
      [...(keepsHeaders ? own : []), ...causes],
    ),
  }
}
