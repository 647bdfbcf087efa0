/** A normal return of a handler: one line of a replica's effects file. */
export interface Effect {
  plugin: string
  eventId: string
  key: string | null
  topic: string
  partition: number
  offset: number
  attempt: number
  /** Microseconds of the machine's monotonic clock, so that effects of several replicas can be ordered. */
  atUs: number
}

export function formatEffect(effect: Effect): string {
  const { plugin, eventId, key, topic, partition, offset, attempt, atUs } = effect
  return `${JSON.stringify([plugin, eventId, key, topic, partition, offset, attempt, atUs])}\n`
}

export function parseEffect(line: string): Effect {
  const [plugin, eventId, key, topic, partition, offset, attempt, atUs] = JSON.parse(line)
  return { plugin, eventId, key, topic, partition, offset, attempt, atUs }
}

/** The name of a replica's effects file, in the working folder. */
export const EFFECTS_FILE = /^effects-\d+\.jsonl$/

export function effectsFileOf(pid: number): string {
  return `effects-${pid}.jsonl`
}
