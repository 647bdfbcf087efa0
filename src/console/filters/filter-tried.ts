import type { BacktestReport } from '../../backtest/backtest.ts'
import type { SearchEnd } from '../http/search-line.ts'

export type { Tallied } from '../../backtest/tally.ts'

/** What came of a trial. */
export interface FilterTried {
  report: BacktestReport
  /** What is not known of the filters of the plugin, in words. */
  unknown: string[]
}

/** Its lines. */
export type TrialLine =
  | { type: 'queued'; ahead: number }
  | { type: 'progress'; read: number; of: number }
  | (SearchEnd & Partial<FilterTried>)
