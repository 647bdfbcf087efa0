import { inspect } from 'node:util'
import { limits } from '../config/plugin-limits.ts'
import type { Kinds } from '../event/kinds.ts'
import { didYouMean } from '../util/text/did-you-mean.ts'
import type { BatchOptions, BatchPlugin } from './batches/batch-plugin.ts'
import { namesOf, whereProblems } from './configured-filters.ts'
import type { Plugin, RetryDelays, RetryPolicy, StateOptions } from './plugin.ts'
import { isStandardSchema } from './settings/standard-schema.ts'
import { wantsProblems } from './wants.ts'

type Check = (value: unknown) => boolean
type Rule = { expects: string; isGood: Check }

const rules: Record<keyof Plugin | keyof BatchPlugin, Rule> = {
  slug: {
    expects: 'up to 63 lower-case letters, digits and dashes, beginning with a letter or digit',
    isGood: (value) => typeof value === 'string' && /^[a-z\d][a-z\d-]{0,62}$/.test(value),
  },
  title: {
    expects: 'up to 200 characters',
    isGood: (value) => typeof value === 'string' && value !== '' && value.length <= 200,
  },
  processEvent: {
    expects: 'a function (event, context)',
    isGood: isFunction,
  },
  processEvents: { expects: 'a function (events, context)', isGood: isFunction },
  // batchProblems checks its content.
  batch: { expects: 'an object { maxEvents, maxWaitMs }', isGood: isObject },
  // wantsProblems checks its content.
  wants: { expects: 'a list of names', isGood: Array.isArray },
  wantsProcessEvent: {
    expects: 'a function (name) that is not async and returns true or false',
    isGood: (value) => typeof value === 'function' && value.constructor.name !== 'AsyncFunction',
  },
  // whereProblems checks its content.
  where: { expects: 'a filter or a list of filters', isGood: (value) => typeof value === 'object' },
  retry: { expects: 'an object', isGood: isObject },
  timeoutMs: wholeNumber(limits.timeoutMs),
  concurrency: wholeNumber(limits.concurrency),
  maxPerSecond: {
    expects: 'a number above 0 and up to 1000000',
    isGood: (value) => typeof value === 'number' && value > 0 && value <= 1_000_000,
  },
  onExhausted: oneOf('dead-letter', 'hold'),
  startFrom: oneOf('committed', 'now'),
  sql: { expects: 'true or false', isGood: (value) => typeof value === 'boolean' },
  state: { expects: 'an object { version, initial }', isGood: isObject },
  settings: {
    expects: 'a Standard Schema, such as z.object({ ... })',
    isGood: isStandardSchema,
  },
  secrets: { expects: 'a list of names of settings', isGood: isListOfNames },
  start: { expects: 'a function (context)', isGood: isFunction },
  stop: { expects: 'a function ()', isGood: isFunction },
  health: { expects: 'a function (context)', isGood: isFunction },
}

const stateRules: Record<keyof StateOptions, Rule> = {
  version: wholeNumber({ min: 1, max: 1_000_000 }),
  initial: { expects: 'a function () that returns JSON', isGood: isFunction },
  upgrade: { expects: 'a function (old, version)', isGood: isFunction },
}

const batchRules: Record<keyof BatchOptions, Rule> = {
  maxEvents: wholeNumber(limits.maxEvents),
  maxWaitMs: wholeNumber(limits.maxWaitMs),
}

const policyRules: Record<keyof RetryPolicy, Rule> = {
  maxAttempts: wholeNumber(limits.maxAttempts),
  initialDelayMs: wholeNumber(limits.initialDelayMs),
  maxDelayMs: wholeNumber(limits.maxDelayMs),
}

const delay = wholeNumber(limits.maxDelayMs)
const delaysMax = limits.maxAttempts.max - 1

const retryRules: Record<keyof RetryPolicy | keyof RetryDelays, Rule> = {
  ...policyRules,
  delaysMs: {
    expects: `a list of 1 to ${delaysMax}, each ${delay.expects}`,
    isGood: (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.length <= delaysMax &&
      Array.from(value).every(delay.isGood),
  },
}

/** Problems of a default export as a plugin, such as `timeoutMs: expected ..., got '5s'`. */
export function checkPlugin(kinds: Kinds, value: unknown): string[] {
  if (value === undefined) {
    return ['no default export: expected export default definePlugin({ ... })']
  }
  if (!isObject(value)) {
    return [`default export: expected definePlugin({ ... }), got ${shown(value)}`]
  }
  return [
    ...missing(value, rules, ['slug', ...handlerOf(value)]),
    ...valueProblems(value, rules),
    ...unknownNames(value, Object.keys(rules)),
    ...batchProblems(value),
    ...retryProblems(value.retry),
    ...stateProblems(value.state),
    ...(Array.isArray(value.wants) ? wantsProblems(kinds, value.wants) : []),
    ...(value.wants !== undefined && value.wantsProcessEvent !== undefined ? [BOTH] : []),
    ...(value.secrets !== undefined && value.settings === undefined ? [NO_SCHEMA] : []),
    ...(typeof value.where === 'object'
      ? whereProblems(kinds, value.where, { at: 'where', ...namesOf(kinds, value) })
      : []),
  ]
}

const BOTH = 'wantsProcessEvent: expected nothing beside wants, because a plugin has one of the two'
const NO_SCHEMA = 'secrets: expected settings as well, because they are names of settings'

/** What a plugin must have besides its slug: one of two handlers, and `batch` beside the second. */
function handlerOf({ batch, processEvents }: Record<string, unknown>): (keyof typeof rules)[] {
  const takesBatches = batch !== undefined || processEvents !== undefined
  return takesBatches ? ['processEvents', 'batch'] : ['processEvent']
}

function batchProblems({ batch, processEvent, processEvents, state }: Record<string, unknown>) {
  const options = isObject(batch) ? batch : undefined
  const problems = options && [
    ...missing(options, batchRules, ['maxEvents', 'maxWaitMs']),
    ...valueProblems(options, batchRules),
    ...unknownNames(options, Object.keys(batchRules)),
  ]
  return [
    ...(problems ?? []).map((problem) => `batch.${problem}`),
    ...(processEvent !== undefined && processEvents !== undefined ? [TWO_HANDLERS] : []),
    ...(state !== undefined && processEvents !== undefined ? [STATE_OF_BATCH] : []),
  ]
}

const TWO_HANDLERS =
  'processEvent: expected nothing beside processEvents, because a plugin has one of the two'
const STATE_OF_BATCH =
  'state: expected nothing beside processEvents, because a state belongs to one entity and a batch has many: use processEvent'

function missing(value: Record<string, unknown>, of: Record<string, Rule>, names: string[]) {
  const absent = names.filter((name) => value[name] === undefined)
  return absent.map((name) => `${name}: required, expected ${of[name]?.expects}, got nothing`)
}

function retryProblems(retry: unknown): string[] {
  if (!isObject(retry)) return []
  const problems = [
    ...valueProblems(retry, retryRules),
    ...unknownNames(retry, Object.keys(retryRules)),
    ...bothWays(retry),
  ]
  return problems.map((problem) => `retry.${problem}`)
}

function stateProblems(state: unknown): string[] {
  if (!isObject(state)) return []
  const problems = [
    ...missing(state, stateRules, ['version', 'initial']),
    ...valueProblems(state, stateRules),
    ...unknownNames(state, Object.keys(stateRules)),
  ]
  return problems.map((problem) => `state.${problem}`)
}

function bothWays(retry: Record<string, unknown>): string[] {
  if (retry.delaysMs === undefined) return []
  const others = Object.keys(policyRules).filter((name) => retry[name] !== undefined)
  return others.map((name) => `${name}: expected nothing beside delaysMs, which replaces it`)
}

function valueProblems(value: Record<string, unknown>, expected: Record<string, Rule>): string[] {
  return Object.entries(expected)
    .filter(([name, rule]) => value[name] !== undefined && !rule.isGood(value[name]))
    .map(([name, rule]) => `${name}: expected ${rule.expects}, got ${shown(value[name])}`)
}

/** Instances of classes are not checked: they may have fields of their own. */
function unknownNames(value: Record<string, unknown>, known: string[]): string[] {
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return []
  const unknown = Object.keys(value).filter((name) => !known.includes(name))
  return unknown.map((name) => {
    const meant = didYouMean(name, known)
    return meant === undefined
      ? `${name}: unknown, expected only ${known.join(', ')}`
      : `${name}: unknown, did you mean ${meant}?`
  })
}

function wholeNumber({ min, max }: { min: number; max: number }): Rule {
  return {
    expects: `a whole number from ${min} to ${max}`,
    isGood: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  }
}

function oneOf(...values: string[]): Rule {
  return {
    expects: values.map((value) => `'${value}'`).join(' or '),
    isGood: (value) => typeof value === 'string' && values.includes(value),
  }
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function isListOfNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: unknown): string {
  const text = inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY })
  return text.length > 80 ? `${text.slice(0, 80)}...` : text
}
