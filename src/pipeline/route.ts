import { messageOf } from '../event/errors.ts'
import type { CompletedOutcome } from '../event/outcome.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { Delivery } from './delivery.ts'
import type { Peek } from './peek.ts'

export type FilterDecision =
  | { type: 'wanted' }
  | { type: 'unwanted' }
  /** The filter threw, or answered neither true nor false. */
  | { type: 'error'; error: string }

/** A plugin that a record is delivered to. */
export interface Wanting {
  plugin: LoadedPlugin
  /** Its filter could not tell: it is delivered so that the failure has an outcome. */
  filterFailed: boolean
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
      return { decisions: [], wanting: [{ plugin: everyPlugin, filterFailed: false }] }
    }
    const decisions = plugins.map((plugin) => ({ plugin, decision: decide(plugin, peeked.name) }))
    const wanting: Wanting[] = []
    for (const { plugin, decision } of decisions) {
      if (decision.type === 'unwanted') continue
      wanting.push({ plugin, filterFailed: decision.type === 'error' })
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

/** Asks a filter that failed once more; undefined if it wants the event now. */
export function askAgain({ plugin, wanted: { name } }: Delivery): CompletedOutcome | undefined {
  const decision = decide(plugin, name)
  switch (decision.type) {
    case 'wanted':
      return undefined
    case 'unwanted':
      return { type: 'skipped', why: 'its filter failed first and then did not want it' }
    case 'error':
      return { type: 'dead-lettered', reason: 'filter', error: decision.error }
  }
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
  maxPerSecond: undefined,
  onExhausted: 'dead-letter',
  sql: false,
}
