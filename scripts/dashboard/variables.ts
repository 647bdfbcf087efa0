import { metric } from './promql.ts'

/** The data source selected at the top of the dashboard. */
export const PROMETHEUS = { type: 'prometheus', uid: '$datasource' }

/** A multi-select variable. "All" also matches series without the label. */
function labelValues(name: string, label: string, of: string, within: string, text: string) {
  return {
    name,
    label: text,
    type: 'query',
    datasource: PROMETHEUS,
    query: { query: `label_values(inventory_events_${of}{${within}}, ${label})`, refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: ['All'], value: ['$__all'] },
  }
}

const IN_NAMESPACE = 'namespace=~"$namespace"'
const IN_JOB = `${IN_NAMESPACE}, job=~"$job"`

export const variables = [
  { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
  labelValues('namespace', 'namespace', 'build_info', '', 'Namespace'),
  labelValues('job', 'job', 'build_info', IN_NAMESPACE, 'Release and worker'),
  labelValues('topic', 'topic', 'records_consumed_total', IN_JOB, 'Topic'),
  labelValues('plugin', 'plugin', 'deliveries_total', IN_JOB, 'Plugin'),
  { name: 'runbook', label: 'Runbook at', type: 'textbox', query: 'docs/runbook.md' },
]

function annotation(name: string, iconColor: string, expr: string, titleFormat: string) {
  return { name, enable: true, iconColor, datasource: PROMETHEUS, expr, titleFormat, step: '60s' }
}

const started = `count by (job) (time() - process_start_time_seconds < 60 and on (namespace, job, instance) ${metric('build_info')})`
const versions = `count by (job, version) (${metric('build_info')})`
const states = `max by (job, plugin, state) (${metric('plugin_state')})`

export const annotations = [
  annotation('Replicas started', 'blue', started, '{{job}}: replicas started'),
  annotation(
    'Deployments',
    'green',
    `${versions} unless on (job, version) count by (job, version) (${metric('build_info')} offset 5m)`,
    '{{job}}: version {{version}}',
  ),
  annotation(
    'Rebalances',
    'purple',
    `sum by (job) (increase(${metric('rebalances_total')}[1m])) > 0`,
    '{{job}}: rebalance',
  ),
  annotation(
    'Switches',
    'orange',
    `(${states} == 1) and on (job, plugin, state) (max by (job, plugin, state) (${metric('plugin_state')} offset 1m) == 0)`,
    '{{plugin}} of {{job}}: {{state}}',
  ),
]
