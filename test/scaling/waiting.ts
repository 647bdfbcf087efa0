import type { PluginRule } from '../faults/plugin-rules.ts'

/** How long the handler waits, and how many of it may at once in a replica. */
export const HANDLER_MS = 50
export const CONCURRENCY = 10

/** What the verdict holds the plugin to: every event, once. */
export const waiting: PluginRule = { slug: 'waiting', wants: () => true, isDoomed: () => false }
