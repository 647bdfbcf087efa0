import { placeOf } from '../pipeline/delivery.ts'
import type { CallNotes } from '../pipeline/handle.ts'
import type { CallBoard } from './call-board.ts'

/** Has the pipeline note its calls on the board. */
export function noteCalls(board: CallBoard): CallNotes {
  return {
    enter: ({ plugin, wanted, crashNoted }) =>
      board.enter({
        plugin: plugin.slug,
        record: placeOf(wanted.record),
        counted: crashNoted,
        event: wanted.content?.id ?? '',
      }),
    returned: () => board.returned(),
    leave: (note) => board.leave(note),
  }
}
