import { parseTime } from './time.ts'
import { timeText } from './timestamp.ts'

/** The texts that `parseTimeOrAge` reads, for error messages. */
export const MOMENTS = 'a time such as 2026-01-31T08:00:00Z, or 90m, 36h, 7d'

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Reads an RFC 3339 time or an age such as `90m`. Returns ms since the epoch, or undefined. */
export function parseTimeOrAge(text: string, nowMs: number): number | undefined {
  const ago = /^(\d{1,6})([smhd])$/.exec(text)
  if (ago !== null) return nowMs - Number(ago[1]) * UNIT_MS[ago[2] as keyof typeof UNIT_MS]
  const micros = parseTime(text)
  return micros === undefined ? undefined : Math.floor(Number(micros) / 1_000)
}

/** Why a range of times can't hold any records, with what is expected; undefined if it can. */
export function rangeProblem(
  { fromMs, toMs }: { fromMs?: number | undefined; toMs?: number | undefined },
  nowMs: number,
): string | undefined {
  if (fromMs === undefined) return undefined
  const got = `got ${timeText(fromMs)}`
  if (fromMs > nowMs) {
    return `from: expected a time that is not in the future: it is ${timeText(nowMs)} now, ${got}`
  }
  if (toMs === undefined || fromMs < toMs) return undefined
  return `from: expected a time before "to", which is ${timeText(toMs)}, ${got}`
}
