import { type Command, InvalidArgumentError, Option } from 'commander'
import { MOMENTS, parseTimeOrAge } from '../../event/relative-time.ts'
import { timeText } from '../../event/timestamp.ts'
import { usage } from './output.ts'
import { wholeNumber } from './whole-number.ts'

/** The part of a topic to read. */
export interface RangeOptions {
  fromMs?: number
  toMs?: number
  entity?: string
}

/** Adds `--from`, `--to` and `--entity`. */
export function withRange(command: Command, { isFromRequired = false } = {}): Command {
  const from = 'records from this time on: RFC 3339, or how long ago (90m, 36h, 7d)'
  return command
    .addOption(
      new Option('--from <time>', from).argParser(pastMs).makeOptionMandatory(isFromRequired),
    )
    .option('--to <time>', 'records before this time', timeMs)
    .option('--entity <id>', 'only records with this key, in the partition that murmur2 gives it')
}

/** Throws USAGE for a range that can't hold anything. */
export function rangeOf(options: { from?: number; to?: number; entity?: string }): RangeOptions {
  const { from, to, entity } = options
  if (from !== undefined && to !== undefined && from >= to) {
    throw usage(
      `--from: expected a time before --to, which is ${timeText(to)}, got ${timeText(from)}`,
    )
  }
  return {
    ...(from !== undefined && { fromMs: from }),
    ...(to !== undefined && { toMs: to }),
    ...(entity !== undefined && { entity }),
  }
}

export function timeMs(text: string): number {
  const moment = parseTimeOrAge(text, Date.now())
  if (moment !== undefined) return moment
  throw new InvalidArgumentError(`expected ${MOMENTS}`)
}

/** Parses a time from which records that are there already are read. */
export function pastMs(text: string): number {
  const moment = timeMs(text)
  const nowMs = Date.now()
  if (moment <= nowMs) return moment
  throw new InvalidArgumentError(
    `expected a time that is not in the future: it is ${timeText(nowMs)} now`,
  )
}

/** Parses a positive whole number. */
export const positive = wholeNumber(1, 999_999_999)
