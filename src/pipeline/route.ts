import { messageOf } from '../event/errors.ts'
import type { CompletedOutcome } from '../event/outcome.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { Peek } from './peek.ts'

export type FilterDecision =
  | { type: 'wanted' }
  | { type: 'unwanted' }
  /** The filter threw, or answered neither true nor false. */
  | { type: 'error'; error: string }

/** A plugin that a record is delivered to, with the verdict where its handler is not to be asked. */
export interface Wanting {
  plugin: LoadedPlugin
  verdict: CompletedOutcome | undefined
}

export interface Route {
  /** What each plugin's filter said; empty where none could be asked. */
  decisions: { plugin: LoadedPlugin; decision: FilterDecision }[]
  wanting: Wanting[]
}

/** Finds who wants a record. Records without an event are wanted by nobody or, unreadable, by `*`. */
export function createRoute(plugins: readonly LoadedPlugin[], everyPlugin: LoadedPlugin) {
  return function route(peeked: Exclude<Peek, { type: 'obstacle' }>): Route {
    if (peeked.type === 'tombstone' || plugins.length === 0) return nobody
    if (peeked.type === 'undecodable') {
      return { decisions: [], wanting: [{ plugin: everyPlugin, verdict: undefined }] }
    }
    const decisions = plugins.map((plugin) => ({ plugin, decision: decide(plugin, peeked.name) }))
    const wanting: Wanting[] = []
    for (const { plugin, decision } of decisions) {
      if (decision.type !== 'unwanted') wanting.push({ plugin, verdict: verdictOf(decision) })
    }
    return { decisions, wanting }
  }
}

const nobody: Route = { decisions: [], wanting: [] }

/**
 * Asks a plugin's filter, inline. Whatever it throws is that plugin's own affair, and so is an
 * answer that is no answer: a filter made `async` by mistake would want every event.
 */
export function decide(plugin: LoadedPlugin, name: string): FilterDecision {
  if (plugin.wantsProcessEvent === undefined) return wanted
  try {
    const answer: unknown = plugin.wantsProcessEvent(name)
    if (answer === true) return wanted
    if (answer === false) return unwanted
    return {
      type: 'error',
      error: `wantsProcessEvent: expected true or false, got ${kind(answer)}`,
    }
  } catch (error) {
    return { type: 'error', error: `wantsProcessEvent: ${messageOf(error)}` }
  }
}

const wanted: FilterDecision = { type: 'wanted' }
const unwanted: FilterDecision = { type: 'unwanted' }

function verdictOf(decision: FilterDecision): CompletedOutcome | undefined {
  if (decision.type !== 'error') return undefined
  return { type: 'dead-lettered', reason: 'filter', error: decision.error }
}

function kind(answer: unknown): string {
  if (answer instanceof Promise) return 'a promise (it must not be async)'
  return answer === null ? 'null' : typeof answer
}

/** Stands for all plugins where a record's name can't be read, so that no filter can be asked. */
export const everyPlugin: LoadedPlugin = {
  slug: '*',
  title: 'every plugin',
  file: '',
  wantsProcessEvent: undefined,
  processEvent() {
    throw new Error('an undecodable record has no event to handle')
  },
  retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
  timeoutMs: 1,
  concurrency: 16,
  onExhausted: 'dead-letter',
}
