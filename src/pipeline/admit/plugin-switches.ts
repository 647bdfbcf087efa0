import type { SkipCause } from '../../event/outcome.ts'
import type { Delivery } from '../delivery.ts'
import { isBelow, type StartOffsets } from '../intake/start-offsets.ts'

/** What can be switched for each plugin while the service runs. */
export interface PluginSwitches {
  /** Why the plugin's events are skipped; undefined while they are not. */
  skipCauseOf(slug: string): SkipCause | undefined
  /** The plugin's start offsets: records below them are skipped. Undefined: it gets all records. */
  startOf(slug: string): { readonly offsets: StartOffsets } | undefined
  /** For a paused plugin, a signal that aborts when the pause ends. */
  pauseOf(slug: string): AbortSignal | undefined
  /** Whether a plugin's redriven events of another group are for this one, since it was moved here. */
  isSuccessorOf(groupId: string, slug: string): boolean
  /** The listener is called after each change. */
  onChange(listener: () => void): void
}

/** Every plugin enabled; nothing can be switched. */
export const allOn: PluginSwitches = {
  skipCauseOf: () => undefined,
  startOf: () => undefined,
  pauseOf: () => undefined,
  isSuccessorOf: () => false,
  onChange: () => undefined,
}

export const SKIP_REASONS: Readonly<Record<SkipCause, string>> = {
  'events-off': 'events were switched off',
  disabled: 'the plugin was disabled',
  'before-start': "the record is below the plugin's start offset",
}

/**
 * Why a delivery that is already queued is skipped; undefined if it is not. A delivery whose outcome
 * is known is not skipped, because its outcome must be written.
 */
export function skipCause(
  { plugin: { slug }, verdict, wanted }: Delivery,
  switches: Pick<PluginSwitches, 'skipCauseOf' | 'startOf'>,
): SkipCause | undefined {
  if (verdict !== undefined) return undefined
  const off = switches.skipCauseOf(slug)
  if (off !== undefined) return off
  return isBelow(switches.startOf(slug)?.offsets, wanted.record) ? 'before-start' : undefined
}
