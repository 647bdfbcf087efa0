/** What a handler's normal return leaves behind: one line of a replica's effects file. */
export interface Effect {
  plugin: string
  eventId: string
  key: string | null
  topic: string
  partition: number
  offset: number
  attempt: number
  /** Microseconds of the machine's monotonic clock, so that replicas' effects can be told apart. */
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

/** What a replica's effects file is called, in the demo's working folder. */
export const EFFECTS_FILE = /^effects-\d+\.jsonl$/

export function effectsFileOf(pid: number): string {
  return `effects-${pid}.jsonl`
}
