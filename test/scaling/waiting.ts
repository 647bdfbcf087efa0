import type { PluginRule } from '../faults/plugin-rules.ts'

/** How long the handler waits, and how many run concurrently in a replica. */
export const HANDLER_MS = 50
export const CONCURRENCY = 10

/** The rule for the verdict: every event, once. */
export const waiting: PluginRule = { slug: 'waiting', wants: () => true, isDoomed: () => false }
