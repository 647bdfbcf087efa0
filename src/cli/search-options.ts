import { type Command, InvalidArgumentError } from 'commander'
import { parseTime } from '../event/time.ts'

/** Which part of a topic to look at. */
export interface RangeOptions {
  fromMs?: number
  toMs?: number
  entity?: string
}

/** Adds `--from`, `--to` and `--entity`. */
export function withRange(command: Command): Command {
  return command
    .option('--from <time>', 'from then on: RFC 3339, or how long ago (90m, 36h, 7d)', timeMs)
    .option('--to <time>', 'before then', timeMs)
    .option('--entity <id>', 'only with this key, in the partition that murmur2 gives it')
}

export function rangeOf(options: { from?: number; to?: number; entity?: string }): RangeOptions {
  const { from, to, entity } = options
  return {
    ...(from !== undefined && { fromMs: from }),
    ...(to !== undefined && { toMs: to }),
    ...(entity !== undefined && { entity }),
  }
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

export function timeMs(text: string): number {
  const ago = /^(\d{1,6})([smhd])$/.exec(text)
  if (ago !== null) return Date.now() - Number(ago[1]) * UNIT_MS[ago[2] as keyof typeof UNIT_MS]
  const micros = parseTime(text)
  if (micros !== undefined) return Math.floor(Number(micros) / 1_000)
  throw new InvalidArgumentError('expected a time such as 2026-01-31T08:00:00Z, or 90m, 36h, 7d')
}

export function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1')
  return Number(text)
}
