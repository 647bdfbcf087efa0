import type { Panel } from './panel.ts'
import { metric, PLUGIN, rate } from './promql.ts'

const of = (state: string) =>
  `(max by (job, plugin) (${metric('plugin_state', `${PLUGIN}, state="${state}"`)}) == 1)`
const failing = `(${rate('delivery_retries_total', 'job, plugin', PLUGIN)} / (${rate('handler_duration_seconds_count', 'job, plugin', PLUGIN)} > 0) > 0.2)`
const breaker = `max by (job, plugin) (${metric('breaker_open', PLUGIN)})`

/** The first that applies; its value is the index of its state below. */
const STATE = [
  `(${breaker} == 1) * 5`,
  `${of('events-off')} * 4`,
  `${of('disabled')} * 3`,
  `${of('paused')} * 2`,
  `${failing} * 0 + 1`,
  `${breaker} * 0`,
].join(' or ')

export const pluginStates: Panel = {
  title: 'Plugin state',
  description:
    'How each plugin has fared: well, failing (more than 20 % of its calls), paused, disabled, events off, or down (its circuit breaker is open).',
  unit: 'short',
  queries: [[STATE, '{{plugin}} of {{job}}']],
  alerts: ['BreakerOpen', 'PluginSwitchedOff'],
  kind: 'state-timeline',
  states: [
    ['well', 'green'],
    ['failing', 'yellow'],
    ['paused', 'blue'],
    ['disabled', 'text'],
    ['events off', 'purple'],
    ['down', 'red'],
  ],
}
