/** Kafka header values as clients give them: one value, or several under one name. */
export type RecordHeaders = Record<string, Buffer | string | (Buffer | string)[] | undefined>

/** What Kafka holds at one offset, free of any client's types. */
export interface SourceRecord {
  topic: string
  partition: number
  /**
   * Kafka's offsets are 64-bit. A number holds them exactly up to 2^53, which one partition reaches
   * after 285 years at a million records a second.
   */
  offset: number
  timestampMs: number
  key: Buffer | null
  /** `null` is a tombstone. */
  value: Buffer | null
  headers: RecordHeaders
}
