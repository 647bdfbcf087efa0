import { foreignText } from '../../util/text/foreign-text.ts'
import { print, printJson, usage } from '../shared/output.ts'
import { withStates } from './parts.ts'
import { stateJson, stateLines } from './state-text.ts'

/** Prints an entity's state, of each input topic that has one. Throws USAGE if there is none. */
export function getState(plugin: string, key: string, { json }: { json?: true }): Promise<void> {
  return withStates(plugin, async ({ read }) => {
    const found: Parameters<typeof stateJson>[0][] = []
    await read(key, (state) => void found.push(state))
    if (found.length === 0) throw usage(`plugin ${plugin} remembers nothing of ${foreignText(key)}`)
    if (json) printJson(found.map(stateJson))
    else for (const state of found) print(stateLines(state))
  })
}
