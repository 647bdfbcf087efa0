import type { Filter } from '../../filter/filter.ts'
import { readFilter } from '../../filter/read-filter.ts'
import { type LoadedPlugin, withDefaults } from '../../plugin/loaded-plugin.ts'
import type { PluginDescription } from '../../status/description-record.ts'

/** A plugin as far as its filters are known, without its code. */
export interface KnownFilters {
  plugin: LoadedPlugin
  /** What is not known of its filters, in words; empty if all is. */
  unknown: string[]
}

const DEFAULTS = {
  retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
  ...{ timeoutMs: 1, concurrency: 1, maxStateBytes: 1 },
}

/** Whoever evaluates its filters has no code of plugins: only what a replica has described. */
export function knownFilters(description: PluginDescription): KnownFilters {
  const { slug, wants, where, isDecidedByCode, isWhereTooLong } = description
  const { filter, problems } = where === null ? NO_FILTER : readFilter(where, 'where')
  const plugin = withDefaults(
    { slug, ...(wants !== null && { wants }), processEvent: () => undefined },
    'as its replica describes it',
    DEFAULTS,
  )
  const unknown = [
    ...(isDecidedByCode ? ['its code decides by name, which only its replicas can ask'] : []),
    ...(isWhereTooLong ? ['its filter by content is too long for the status'] : []),
    ...(problems.length > 0 ? ['its filter is of another version'] : []),
  ]
  return { plugin: withWhere(plugin, filter), unknown }
}

/** The plugin with another filter by content. */
export function withWhere(plugin: LoadedPlugin, where: Filter | undefined): LoadedPlugin {
  return { ...plugin, where }
}

/** Stands for any plugin: a filter alone. */
export const EVERYTHING: PluginDescription = {
  ...{ slug: 'any', title: 'any', wants: null, isDecidedByCode: false, where: null },
  ...{ isWhereTooLong: false, maxAttempts: 1, timeoutMs: 1, concurrency: 1, batch: null },
  ...{ stateVersion: null, settings: [] },
}

const NO_FILTER = { filter: undefined, problems: [] }
