/** Writes and reads marks topics. `topic` is always the input topic. */
export interface MarksLog {
  /**
   * Appends one value per row to the marks topic. Rejects unless all of them are acknowledged; some
   * may have been written even then.
   */
  write(topic: string, rows: readonly MarksRow[]): Promise<void>
  /**
   * Reads a partition of the marks topic, oldest record first, up to its end offset at the time of the
   * call. Rejects if it cannot, or when `lost` aborts. Only the newest `maxRecords` are read; `skipped`
   * is the number of older ones.
   */
  read(request: ReadRequest): Promise<{ skipped: number }>
  /**
   * Reads the states of an input's partition, in the order in which they were committed. Resolves when
   * all that had been written when it was called is read: it waits for transactions that are open then.
   * Rejects as `read` does.
   */
  readStates(request: StatesRequest): Promise<void>
  close(): Promise<void>
}

export interface StatesRequest {
  topic: string
  partition: number
  lost: AbortSignal
  /** `name` as `stateName` gives it; null for a state that was cleared. */
  onState(name: string, text: string | null, timestampMs: number): void
}

export interface MarksRow {
  partition: number
  value: Buffer
  outcomes: Buffer
}

export interface ReadRequest {
  topic: string
  partition: number
  maxRecords: number
  lost: AbortSignal
  /**
   * Must not keep the buffers, which are reused. Older versions wrote no outcomes. `formerGroup` made
   * the marks, if they were copied from the marks of another group.
   */
  onRecord(
    value: Buffer | null,
    timestampMs: number,
    outcomes: Buffer | undefined,
    formerGroup: string | undefined,
  ): void
}
