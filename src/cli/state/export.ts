import { jsonText } from '../../util/text/foreign-text.ts'
import { exitOnClosedPipe, printAndWait } from '../shared/output.ts'
import { withStates } from './parts.ts'
import { stateJson } from './state-text.ts'

/** Prints each state as a line of JSON. */
export function exportStates(plugin: string): Promise<void> {
  exitOnClosedPipe()
  return withStates(plugin, ({ read }) =>
    read(undefined, (state) => printAndWait(jsonText(stateJson(state)))),
  )
}
