import { redrivenOf } from '../../dead-letter/redrive.ts'
import type { SourceRecord } from '../../event/record.ts'
import { isRedrive } from '../../topics/names.ts'
import type { WantedRecord } from '../delivery.ts'
import type { OpenRecord } from '../offset-ledger.ts'
import type { Epoch } from '../source.ts'
import { copyRecord } from './copy-record.ts'
import { knownContentOf } from './decode.ts'
import type { Peek } from './peek.ts'

/**
 * What a record's deliveries share. The record is copied out of the fetch, whose memory is used again:
 * handlers, dead letters and batches may keep what is part of it.
 */
export function wantedOf(
  epoch: Epoch,
  fetched: SourceRecord,
  peeked: Peek,
  bytes: number,
  open: OpenRecord,
): WantedRecord {
  const record = copyRecord(fetched)
  const redriven = isRedrive(epoch) ? redrivenOf(record) : undefined
  const { name, schema, content } = knownContentOf(redriven?.origin ?? record, peeked)
  // Each property by its name: a copy by spread takes several times as long.
  return { epoch, record, redriven, bytes, open, name, schema, content }
}
