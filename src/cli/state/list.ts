import type { KeptState } from '../../idempotency/kept-states.ts'
import { printError, printJson, printTable } from '../shared/output.ts'
import { withStates } from './parts.ts'
import { stateJson, stateTable } from './state-text.ts'

export interface ListOptions {
  limit: number
  json?: true
}

export function listStates(plugin: string, { limit, json }: ListOptions): Promise<void> {
  return withStates(plugin, async ({ read }) => {
    const shown: KeptState[] = []
    let count = 0
    await read(undefined, (state) => {
      count += 1
      if (shown.length < limit) shown.push(state)
    })
    if (json) printJson(shown.map(stateJson))
    else if (shown.length > 0) printTable(stateTable(shown))
    else printError(`plugin ${plugin} remembers nothing`)
    const left = count - shown.length
    if (left > 0) printError(`${left} more: raise --limit, or use "state export"`)
  })
}
