import type { DeadLetterInfo } from '../../dead-letter/read-dead-letter.ts'
import type { DeadLetterOptions } from './options.ts'
import { scanDeadLetters } from './scan.ts'

/** So many are sorted in memory; the others are counted. */
const KEPT_MAX = 200_000

/** Prints a line for each dead letter, oldest first. */
export async function listDeadLetters(options: DeadLetterOptions): Promise<void> {
  const found: DeadLetterInfo[] = []
  let count = 0
  await scanDeadLetters(options, (letter) => {
    count += 1
    if (found.length < KEPT_MAX) found.push(letter)
  })
  found.sort((a, b) => a.timestampMs - b.timestampMs)
  for (const letter of found.slice(-options.limit)) process.stdout.write(`${lineOf(letter)}\n`)
  const left = count - Math.min(found.length, options.limit)
  if (left > 0) process.stderr.write(`${left} more: raise --limit, or ask for fewer\n`)
}

export function lineOf(letter: DeadLetterInfo): string {
  const { place, timestampMs, plugin, reason, entity = '', topic, partition, offset } = letter
  const origin = `${topic}/${partition}@${offset}`
  const error = letter.error.replace(/\s+/g, ' ')
  return [place, new Date(timestampMs).toISOString(), plugin, reason, entity, origin, error].join(
    '\t',
  )
}
