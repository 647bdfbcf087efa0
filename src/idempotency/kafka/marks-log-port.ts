/** Where a partition's marks are written and read back. `topic` is the input topic. */
export interface MarksLog {
  /**
   * Appends a value to each of the partitions' ledgers. Rejects while not all of them are
   * acknowledged; some may then be written all the same.
   */
  write(topic: string, rows: readonly MarksRow[]): Promise<void>
  /**
   * Reads a partition's ledger, oldest first, to the end that it has at the call. Rejects while it
   * can't, and when `lost` aborts. Answers how many records beyond the newest `maxRecords` were
   * left out.
   */
  read(request: ReadRequest): Promise<{ skipped: number }>
  close(): Promise<void>
}

export interface MarksRow {
  partition: number
  value: Buffer
}

export interface ReadRequest {
  topic: string
  partition: number
  maxRecords: number
  lost: AbortSignal
  /** Must not keep the buffer. */
  onRecord(value: Buffer | null, timestampMs: number): void
}
