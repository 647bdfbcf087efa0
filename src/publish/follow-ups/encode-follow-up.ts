import type { Contract } from '../../avro/schema/contract-schemas.ts'
import { headersOf } from '../../event/headers.ts'
import type { FollowUp, FollowUpRecord } from '../../follow-up/follow-up.ts'
import { FOLLOW_UP } from '../../follow-up/headers.ts'
import type { Destination } from '../destinations.ts'
import { toRecord } from '../to-record.ts'

/** A follow-up's record: that of every published event, with its key and the headers of a follow-up. */
export function encodeFollowUp(
  contract: Contract,
  { event, key, source, trace, hops, cause }: FollowUp,
  { topic, schemaId }: Destination,
): FollowUpRecord {
  const record = toRecord(contract, event, { schemaId, source, trace })
  const added = { [FOLLOW_UP.hops]: String(hops), [FOLLOW_UP.cause]: cause }
  return {
    topic,
    key: key ?? record.key,
    value: record.value,
    headers: headersOf(added, record.headers),
  }
}
