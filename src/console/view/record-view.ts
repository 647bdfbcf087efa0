import type { EventRow } from './seen-event.ts'

/** One record, with all that a user may see of it. */
export interface RecordView extends EventRow {
  /** Null if it can't be read. */
  event: Record<string, unknown> | null
  masked: string[]
  headers: { name: string; value: string | null | (string | null)[] }[]
  headersMasked: number
  /** Of its value. */
  bytes: number
  schema: { name: string; id: number } | null
  traceId: string | null
}
