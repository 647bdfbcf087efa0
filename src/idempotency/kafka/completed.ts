import type { ClaimResult } from '../store.ts'
import { formerWord, isFormer } from './mark-format.ts'
import type { Mark } from './mark-table.ts'

/** A claim whose key has a mark with this word for the content, where this content would have `mark`. */
export function completed(word: number, mark: Mark, contentHash: string): ClaimResult {
  if (isFormer(word)) {
    return { type: 'completed-formerly', isSame: (fingerprint) => formerWord(fingerprint) === word }
  }
  return { type: 'completed', fingerprint: word === mark[3] ? contentHash : `mark ${word}` }
}
