import { type Command, InvalidArgumentError, Option } from 'commander'
import { MOMENTS, parseTimeOrAge, rangeProblem } from '../../event/time/relative-time.ts'
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
      new Option('--from <time>', from).argParser(timeMs).makeOptionMandatory(isFromRequired),
    )
    .option('--to <time>', 'records before this time', timeMs)
    .option('--entity <id>', 'only records with this key, in the partition that murmur2 gives it')
}

/** Throws USAGE for a range that can't hold anything. */
export function rangeOf(options: { from?: number; to?: number; entity?: string }): RangeOptions {
  const { from, to, entity } = options
  const problem = rangeProblem({ fromMs: from, toMs: to }, Date.now())
  if (problem !== undefined) throw usage(`--${problem}`)
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

/** Parses a positive whole number. */
export const positive = wholeNumber(1, 999_999_999)
