import { type AuditEntry, decodeAudit } from '../../control/audit-record.ts'
import type { SourceRecord } from '../../event/record.ts'

/** An action with its end, if one was recorded. */
export interface AuditRow extends Omit<AuditEntry, 'phase'> {
  outcome: 'done' | 'failed' | 'unknown'
  endedAt: string | null
}

const ROWS_MAX = 1_000

/** The newest actions of the audit topic. */
export class AuditTable {
  /** By id, in the order of their begin. */
  readonly #rows = new Map<string, AuditRow>()
  #unreadable = 0

  take({ value }: Pick<SourceRecord, 'value'>): void {
    const entry = decodeAudit(value)
    if (entry === undefined) {
      this.#unreadable += 1
      return
    }
    const { phase, ...row } = entry
    const begun = this.#rows.get(entry.id)
    if (phase === 'begun' || begun === undefined) {
      this.#rows.set(entry.id, { ...row, outcome: 'unknown', endedAt: null })
    }
    if (phase !== 'begun') {
      const known = this.#rows.get(entry.id)!
      known.outcome = phase
      known.error = entry.error
      known.endedAt = entry.at
    }
    const [oldest] = this.#rows.keys()
    if (this.#rows.size > ROWS_MAX && oldest !== undefined) this.#rows.delete(oldest)
  }

  /** Newest first. */
  view(): { rows: AuditRow[]; unreadable: number } {
    return { rows: [...this.#rows.values()].reverse(), unreadable: this.#unreadable }
  }
}
