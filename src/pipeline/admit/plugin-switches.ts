import type { Delivery } from '../delivery.ts'
import { isBelow, type StartOffsets } from '../intake/start-offsets.ts'

/** What can be switched for each plugin while the service runs. */
export interface PluginSwitches {
  /** Whether the plugin's events are skipped. */
  isOff(slug: string): boolean
  /** The plugin's start offsets: records below them are skipped. Undefined: it gets all records. */
  startOf(slug: string): { readonly offsets: StartOffsets } | undefined
  /** For a paused plugin, a signal that aborts when the pause ends. */
  pauseOf(slug: string): AbortSignal | undefined
  /** The listener is called after each change. */
  onChange(listener: () => void): void
}

/** Every plugin enabled; nothing can be switched. */
export const allOn: PluginSwitches = {
  isOff: () => false,
  startOf: () => undefined,
  pauseOf: () => undefined,
  onChange: () => undefined,
}

/**
 * Why a delivery that is already queued is skipped; undefined if it is not. A delivery whose outcome
 * is known is not skipped, because its outcome must be written.
 */
export function skipReason(
  { plugin: { slug }, verdict, wanted }: Delivery,
  switches: Pick<PluginSwitches, 'isOff' | 'startOf'>,
): string | undefined {
  if (verdict !== undefined) return undefined
  if (switches.isOff(slug)) return 'the plugin was disabled'
  if (isBelow(switches.startOf(slug)?.offsets, wanted.record))
    return "the record is below the plugin's start offset"
  return undefined
}
