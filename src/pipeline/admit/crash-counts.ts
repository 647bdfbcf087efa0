/**
 * How often a delivery's handler ended the process, for one partition, by `<offset>/<plugin>`. 0 if
 * it was running during a crash that could not be attributed to a handler.
 */
export type CrashCounts = Map<string, number>

/** Persists crash counts, so that they survive the process. */
export interface CrashStore {
  /** The counts of a partition. Rejects if the caller should retry. */
  read(of: CrashPartition): Promise<CrashCounts>
  /** Edits the counts; resolves when the edit is durable. A rejected edit may be durable, too. */
  change(of: CrashPartition, edit: (counts: CrashCounts) => void): Promise<void>
}

export interface CrashPartition {
  readonly topic: string
  readonly partition: number
}

/** Persists nothing. */
export const noCrashStore: CrashStore = { read: async () => new Map(), change: async () => {} }

export function crashKeyOf(offset: number, plugin: string): string {
  return `${offset}/${plugin}`
}

export function offsetOf(crashKey: string): number {
  return Number(crashKey.slice(0, crashKey.indexOf('/')))
}

export function pluginOf(crashKey: string): string {
  return crashKey.slice(crashKey.indexOf('/') + 1)
}
