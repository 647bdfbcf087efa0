import type { PartitionStatus } from './status-record.ts'

/** The lag of all of them; null if that of one is not known. */
export function lagOf(partitions: readonly Pick<PartitionStatus, 'lag'>[]): number | null {
  let sum = 0
  for (const { lag } of partitions) {
    if (lag === null) return null
    sum += lag
  }
  return sum
}
