/**
 * How far ahead of this clock the time of a record may be and still be followed: more than clocks of replicas
 * differ by, and less than the hour that brokers allow.
 */
const AHEAD_MAX_MS = 600_000

/**
 * The time of a record that follows another one, whose writer's clock may be ahead: now, or else a
 * millisecond after that one. So times show the order of records where offsets don't: a mirror that copies
 * a log again puts old records behind new ones.
 */
export function timeAfter(nowMs: number, beforeMs: number): number {
  return beforeMs - nowMs > AHEAD_MAX_MS ? nowMs : Math.max(nowMs, beforeMs + 1)
}
