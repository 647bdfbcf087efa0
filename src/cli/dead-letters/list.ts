import type { DeadLetterInfo } from '../../dead-letter/read-dead-letter.ts'
import { placeOf } from '../../event/record.ts'
import { timestampText } from '../../event/timestamp.ts'
import { failureLine } from '../../util/failure/failure.ts'
import type { DeadLetterOptions } from './options.ts'
import { scanDeadLetters } from './scan.ts'

/** The most that are kept and sorted in memory. Others are only counted. */
const KEPT_MAX = 200_000

/** Prints a line for each dead letter, oldest first. */
export async function listDeadLetters(options: DeadLetterOptions): Promise<void> {
  const found: DeadLetterInfo[] = []
  let count = 0
  await scanDeadLetters(options, (deadLetter) => {
    count += 1
    if (found.length < KEPT_MAX) found.push(deadLetter)
  })
  found.sort((a, b) => a.timestampMs - b.timestampMs)
  for (const deadLetter of found.slice(-options.limit)) {
    process.stdout.write(`${lineOf(deadLetter)}\n`)
  }
  const left = count - Math.min(found.length, options.limit)
  if (left > 0) process.stderr.write(`${left} more: raise --limit or narrow the selection\n`)
}

export function lineOf(deadLetter: DeadLetterInfo): string {
  const { place, timestampMs, plugin, reason, entity = '' } = deadLetter
  const origin = placeOf(deadLetter)
  const line = failureLine({ ...deadLetter.thrown, message: deadLetter.error })
  const error = line.replace(/\s+/g, ' ')
  return [place, timestampText(timestampMs), plugin, reason, entity, origin, error].join('\t')
}
