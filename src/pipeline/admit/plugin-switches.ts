import type { Delivery } from '../delivery.ts'
import { isBelow, type StartOffsets } from '../intake/start-offsets.ts'

/** What may be switched for plugins while the service runs. */
export interface PluginSwitches {
  /** Whether the plugin's events pass by. */
  isOff(slug: string): boolean
  /** Where the plugin starts: what lies below passes by. Undefined: it takes all. */
  startOf(slug: string): { readonly offsets: StartOffsets } | undefined
  /** While the plugin's events wait: a signal that aborts when they no longer do. */
  pauseOf(slug: string): AbortSignal | undefined
  /** Calls back after each change. */
  onChange(listener: () => void): void
}

/** Nothing can be switched. */
export const allOn: PluginSwitches = {
  isOff: () => false,
  startOf: () => undefined,
  pauseOf: () => undefined,
  onChange: () => undefined,
}

/**
 * Why a delivery that waited passes by after all; undefined where it does not. What is known to have
 * ended is written down all the same.
 */
export function skipReason(
  { plugin: { slug }, verdict, wanted }: Delivery,
  switches: Pick<PluginSwitches, 'isOff' | 'startOf'>,
): string | undefined {
  if (verdict !== undefined) return undefined
  if (switches.isOff(slug)) return 'its plugin was switched off'
  if (isBelow(switches.startOf(slug)?.offsets, wanted.record))
    return 'it lies below the start of its plugin'
  return undefined
}
