import { placeOf } from '../event/record.ts'

import type { CallNotes } from '../pipeline/handle/handle.ts'
import type { CallBoard } from './call-table.ts'

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
