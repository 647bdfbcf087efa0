import type { DecodeHints } from '../../avro/writer-schema.ts'
import { headerText, type SourceRecord } from '../../event/record.ts'
import { timeText } from '../../event/timestamp.ts'

/** Name, id and time of an event whose schema has no fields for them. Headers are read on demand. */
export class Envelope implements DecodeHints {
  name: string
  protected record: SourceRecord

  constructor(name: string, record: SourceRecord) {
    this.name = name
    this.record = record
  }

  get id(): string | undefined {
    return headerText(this.record, 'ce_id')
  }

  get time(): string {
    return headerText(this.record, 'ce_time') ?? timeText(this.record.timestampMs)
  }
}
