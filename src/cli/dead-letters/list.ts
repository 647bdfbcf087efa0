import type { LetterChoice } from '../../operate/dead-letters/letter-choice.ts'
import { printError, printJson, printTable } from '../shared/output.ts'
import { type ListedLetter, letterJson, letterTable } from './found-letter.ts'
import { withLetters } from './parts.ts'

export interface ListOptions extends LetterChoice {
  limit: number
  all?: true
  json?: true
}

/** The most that are kept and sorted in memory. Others are only counted. */
const KEPT_MAX = 200_000

/** Prints the open dead letters, or all of them, oldest first. */
export function listDeadLetters(options: ListOptions): Promise<void> {
  return withLetters(options, async ({ scan, settled }) => {
    const found: ListedLetter[] = []
    const counts = { listed: 0, redriven: 0, discarded: 0 }
    await scan(options, ({ read, id, name }) => {
      const settlement = settled.of(read.letter)
      if (settlement.type !== 'open' && options.all === undefined) {
        counts[settlement.type] += 1
        return
      }
      counts.listed += 1
      if (found.length < KEPT_MAX) found.push({ read, id, name, settlement })
    })
    found.sort((a, b) => a.read.letter.timestampMs - b.read.letter.timestampMs)
    const shown = found.slice(-options.limit)
    if (options.json) printJson(shown.map(letterJson))
    else if (shown.length > 0) printTable(letterTable(shown))
    const left = counts.listed - shown.length
    if (left > 0) printError(`${left} more: raise --limit or narrow the selection`)
    const { redriven, discarded } = counts
    if (redriven + discarded > 0) {
      printError(`not shown: ${redriven} redriven, ${discarded} discarded; --all shows them`)
    }
  })
}
