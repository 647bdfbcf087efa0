/**
 * For one partition, by `<offset>/<plugin>`: how often a delivery's handler ended the process. 0 where
 * it was under way when nobody could tell whose handler it was.
 */
export type CrashCounts = Map<string, number>

/** Keeps crash counts beyond the end of the process. */
export interface CrashStore {
  /** What is noted for a partition. Rejects where it is worth trying again. */
  read(of: CrashPartition): Promise<CrashCounts>
  /** Edits what is noted; resolves when that is durable. An edit that rejected may be noted as well. */
  change(of: CrashPartition, edit: (counts: CrashCounts) => void): Promise<void>
}

export interface CrashPartition {
  readonly topic: string
  readonly partition: number
}

/** Where nothing outlives the process. */
export const noCrashStore: CrashStore = { read: async () => new Map(), change: async () => {} }

export function crashKeyOf(offset: number, plugin: string): string {
  return `${offset}/${plugin}`
}

export function offsetOf(crashKey: string): number {
  return Number(crashKey.slice(0, crashKey.indexOf('/')))
}
