import type { DecodeHints } from '../../avro/writer-schema.ts'
import { headerText, type SourceRecord } from '../../event/record.ts'

/** What a record tells of an event whose schema has no field for it; read only when asked. */
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
    return headerText(this.record, 'ce_time') ?? new Date(this.record.timestampMs).toISOString()
  }
}
