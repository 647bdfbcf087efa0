import { placeOf } from '../event/record.ts'

import type { CallSlots } from '../pipeline/handle/handle.ts'
import type { CallTable } from './call-table.ts'

/** Has the pipeline note its calls on the board. */
export function trackCalls(board: CallTable): CallSlots {
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
