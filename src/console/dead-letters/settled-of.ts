import { timeText } from '../../event/time/timestamp.ts'
import type { Settled, Settlement } from '../../operate/dead-letters/settled.ts'
import type { Clock } from '../../util/clock.ts'
import type { LetterRow } from '../view/dead-letters/letter-row.ts'
import type { FollowedLetters } from './followed-letters.ts'

/** What the index knows, as the code that redrives and discards asks for it. */
export function settledOf(
  letters: FollowedLetters,
  clock: Pick<Clock, 'now'>,
): Pick<Settled, 'of' | 'add' | 'hasRedrivePartition'> {
  return {
    of: ({ place }) => settlementOf(letters.index.at(place)),
    add(letter, settlement) {
      const groupId = letter.groupId ?? ''
      switch (settlement.type) {
        case 'redriven':
          return letters.index.redriven(letter, clock.now())
        case 'discarded':
          return letters.index.decide({ ...letter, ...settlement, groupId, type: 'discard' })
        case 'open': {
          const decision = { by: '', at: '', why: '', type: 'restore' } as const
          return letters.index.decide({ ...letter, ...decision, groupId })
        }
      }
    },
    hasRedrivePartition: (topic, partition) => letters.hasRedrivePartition(topic, partition),
  }
}

/** What is not known any more is left alone. */
function settlementOf(row: LetterRow | undefined): Settlement {
  switch (row?.status) {
    case 'open':
      return { type: 'open' }
    case 'discarded': {
      const at = timeText(row.settledMs ?? 0)
      return { type: 'discarded', by: row.by ?? '', at, why: row.why ?? '' }
    }
    case 'redriven':
    case undefined:
      return { type: 'redriven' }
  }
}
