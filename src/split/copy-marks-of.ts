import { storeChoice } from '../config/value-types.ts'
import { copyMarks } from '../kafka/state/copy-marks.ts'
import type { SplitParts, SplitPlan } from './plan-split.ts'

/** Of the store `kafka`, the records that hold the marks are counted. */
export type CopiedMarks = { store: 'kafka' | 'postgres'; copied: number } | { store: 'memory' }

/** Copies the marks in the store that IDEMPOTENCY_STORE names. Postgres' client is loaded only for it. */
export async function copyMarksOf(
  { config, kafka }: SplitParts,
  { from, to, slugs }: SplitPlan,
): Promise<CopiedMarks> {
  const choice = storeChoice(config.IDEMPOTENCY_STORE)
  switch (choice.kind) {
    case 'kafka': {
      const copied = await copyMarks(kafka, { topics: config.KAFKA_TOPICS, from, to })
      return { store: 'kafka', copied }
    }
    case 'postgres': {
      const url = () => choice.url
      const postgres = await import('../idempotency/postgres/copy-marks.ts')
      const copied = await postgres.copyMarksAndStates({ url, from, to, plugins: slugs })
      return { store: 'postgres', copied }
    }
    case 'memory':
      return { store: 'memory' }
  }
}
