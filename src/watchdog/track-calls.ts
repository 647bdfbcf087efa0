import { placeOf } from '../event/record.ts'
import type { CallSlots } from '../pipeline/handle/handle.ts'
import type { CallTable } from './call-table.ts'

/** Lets the pipeline enter its handler calls in the table. */
export function trackCalls(table: CallTable): CallSlots {
  return {
    enter: ({ plugin, wanted, crashRecorded }) =>
      table.enter({
        plugin: plugin.slug,
        record: placeOf(wanted.record),
        counted: crashRecorded,
        event: wanted.content?.id ?? '',
      }),
    returned: () => table.returned(),
    leave: (slot) => table.leave(slot),
  }
}
