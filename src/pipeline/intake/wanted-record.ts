import { redrivenOf } from '../../dead-letter/redrive.ts'
import { ownRecordOf, type SourceRecord } from '../../event/record.ts'
import { isRedrive } from '../../topics/names.ts'
import type { WantedRecord } from '../delivery.ts'
import type { OpenRecord } from '../offset-ledger.ts'
import type { Epoch } from '../source.ts'
import { knownContentOf } from './decode.ts'
import type { Peek } from './peek.ts'
import { retain } from './retain-record.ts'

/** What a record's deliveries share. A redriven record is unpacked here, so it is retained first. */
export function wantedOf(
  epoch: Epoch,
  record: SourceRecord,
  peeked: Peek,
  bytes: number,
  open: OpenRecord,
): WantedRecord {
  const held = { record: ownRecordOf(record), isRetained: false }
  if (isRedrive(epoch)) retain(held)
  const redriven = isRedrive(epoch) ? redrivenOf(held.record) : undefined
  const known = knownContentOf(redriven?.origin ?? record, peeked)
  return { epoch, ...held, redriven, bytes, open, ...known }
}
