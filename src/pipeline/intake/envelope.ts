import type { DecodeHints } from '../../avro/writer-schema.ts'
import { headerText } from '../../event/headers.ts'
import { type SourceRecord, utf8Header } from '../../event/record.ts'
import { formatMillis, normalizeTime } from '../../event/time/time.ts'

/** Name, id and time of an event whose schema has no fields for them. Headers are read on demand. */
export class Envelope implements DecodeHints {
  name: string
  protected record: SourceRecord

  constructor(name: string, record: SourceRecord) {
    this.name = name
    this.record = record
  }

  get id(): string | undefined {
    return utf8Header(this.record, 'ce_id')
  }

  get time(): string | undefined {
    const time = headerText(this.record, 'ce_time')
    return (time && normalizeTime(time)) || formatMillis(this.record.timestampMs)
  }
}
