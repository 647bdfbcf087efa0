import type { LoadedState } from '../../plugin/loaded-plugin.ts'
import { messageOf } from '../../util/errors.ts'
import { foreignText, safeJson } from '../../util/text/foreign-text.ts'
import { cutToWidth } from '../../util/text/text-width.ts'

const INITIAL_WIDTH = 60

/** A plugin's state as `plugins check` shows it. */
export function stateText({ version, upgrade, initial, maxBytes }: LoadedState): string {
  const older = upgrade === undefined ? 'no upgrade of older ones' : 'upgrades older ones'
  return `version ${version}, ${older}, up to ${maxBytes} bytes, at first ${initialText(initial)}`
}

/** `initial` is the plugin's own code. Where it fails, so does each event of a new entity. */
function initialText(initial: LoadedState['initial']): string {
  try {
    const json: string | undefined = JSON.stringify(initial())
    if (json === undefined) return 'nothing: initial() returns no JSON'
    return cutToWidth(safeJson(json), INITIAL_WIDTH)
  } catch (error) {
    return `nothing: initial() fails with ${foreignText(messageOf(error))}`
  }
}
