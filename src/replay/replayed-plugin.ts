import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'

/** The plugin as a replay runs it: restricted to `kind`, and to `rate` events a second. */
export function replayedPlugin(
  plugin: LoadedPlugin,
  { kind, rate = Infinity }: { kind?: string | undefined; rate?: number | undefined },
): LoadedPlugin {
  const own = plugin.wantsProcessEvent
  const ofKind = (name: string) => name === kind && (own === undefined || own(name))
  const { maxPerSecond = Infinity } = plugin
  const limit = Math.min(rate, maxPerSecond)
  return {
    ...plugin,
    wantsProcessEvent: kind === undefined ? own : ofKind,
    maxPerSecond: limit === Infinity ? undefined : limit,
  }
}
