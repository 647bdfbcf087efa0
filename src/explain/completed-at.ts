import type { Completion } from './explanation.ts'

/** How and when it was completed: `processed at 2026-01-01T00:00:00.000Z`. */
export function completedAt({
  outcome,
  at,
}: Pick<Extract<Completion, { type: 'completed' }>, 'outcome' | 'at'>): string {
  switch (outcome) {
    case 'processed':
    case 'rejected':
    case 'dead-lettered':
      return `${outcome} at ${at}`
    case 'skipped':
      return `skipped by its handler at ${at}`
    case null:
      return `completed at ${at}`
  }
}
